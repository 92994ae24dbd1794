package notifications

import (
	"time"

	"habeas/models"
)

// Samples returns one filled letter for each template, by template name: for
// the rehearsal at start, for golden files and for a preview. Nobody in them
// exists.
func Samples() map[string]models.Letter {
	all := map[string]models.Letter{}
	for _, l := range append(requesterSamples(), staffSamples()...) {
		all[l.Template()] = l
	}
	return all
}

func sampleAbout(name string) models.About {
	return models.About{
		Reference: "HB-7K3M-Q9TX-2D", Type: models.TypeDeletion,
		TypeName: "Deletion of personal data", Locale: "en", Name: name,
	}
}

func sampleDue() models.Date { return models.NewDate(2026, time.November, 20) }

func sampleReasons() []models.Reason {
	return []models.Reason{{
		Code: "legal_duty", Title: "The law obliges us to keep it",
		Citation:    "Cal. Civ. Code \u00a7 1798.105(d)(8)",
		Explanation: "Invoices have to be kept for seven years.\nThey are used for nothing else.",
	}}
}

func sampleRemedy() models.Remedy {
	return models.Remedy{
		AppealUntil: models.NewDate(2027, time.January, 19),
		Complain:    []string{"California Privacy Protection Agency, 400 R Street, Sacramento", "Austrian Data Protection Authority, Vienna"},
	}
}

func sampleAnswer(o models.Outcome) models.AnswerLetter {
	l := models.AnswerLetter{
		About: sampleAbout("Maria Example"), Outcome: o, Remedy: sampleRemedy(),
		Text: "Thank you for your patience.\n\nWe looked in every system that we run.",
	}
	switch o {
	case models.OutcomeFulfilled:
		l.Items = []models.AnswerItem{
			{Label: "Profile photo", Outcome: models.OutcomeFulfilled},
			{Label: "Email address", Outcome: models.OutcomeFulfilled},
		}
	case models.OutcomePartly:
		l.Reasons = sampleReasons()
		l.Items = []models.AnswerItem{
			{Label: "Profile photo", Outcome: models.OutcomeFulfilled},
			{Label: "Credit card data", Outcome: models.OutcomeDenied, Reasons: sampleReasons()},
		}
	case models.OutcomeDenied:
		l.Reasons = sampleReasons()
	default: // no_data needs no more
	}
	return l
}

func requesterSamples() []models.Letter {
	unproved, proved, due := sampleAbout(""), sampleAbout("Maria Example"), sampleDue()
	received := models.NewDate(2026, time.October, 21)
	expires := time.Date(2026, time.October, 22, 9, 30, 0, 0, time.UTC)
	return []models.Letter{
		models.CodeLetter{About: unproved, Code: "7QK2M9XA", ExpiresAt: expires, ReceivedOn: received, RespondOn: due},
		models.VerifyReminderLetter{
			About: unproved, Code: "4HT8WZ3C", ExpiresAt: expires.AddDate(0, 0, 7),
			ClosesOn: models.NewDate(2026, time.November, 4),
		},
		models.AcknowledgementLetter{
			About: proved, ReceivedOn: received, RespondOn: due,
			Regimes:   []string{"California Consumer Privacy Act", "House promise: 30 days"},
			NeedLevel: models.LevelReasonable, Level: models.LevelMailbox,
		},
		models.VerifiedLetter{About: proved, RespondOn: due},
		models.QuestionLetter{
			About: proved, Text: "Which of your two accounts do you mean?\n\nThe one from 2019, or the one from 2023?",
			Purpose: models.HoldClarification, RespondOn: due, Paused: true,
		},
		models.ReplyLetter{About: proved, Text: "We found the account and are working on it.", RespondOn: due},
		models.ExtendedLetter{
			About: proved, Reason: "Your data lies in seven systems, two of which belong to partners.",
			FormerOn: due, RespondOn: models.NewDate(2027, time.January, 4),
			Citation: "Cal. Civ. Code \u00a7 1798.130(a)(2)(A)", Remedy: sampleRemedy(),
		},
		sampleAnswer(models.OutcomeFulfilled), sampleAnswer(models.OutcomePartly),
		sampleAnswer(models.OutcomeDenied), sampleAnswer(models.OutcomeNoData),
		models.WithdrawnLetter{About: proved},
		models.ExpiredLetter{About: unproved},
		models.MergedLetter{About: proved, Into: "HB-M2V8-4RCE-9F", RespondOn: due},
		models.ReopenedLetter{About: proved, RespondOn: due},
		models.AppealReceivedLetter{About: proved, RespondOn: due},
	}
}

func staffSamples() []models.Letter {
	about, due := sampleAbout(""), sampleDue()
	reminder := func(days int) models.StaffDue {
		return models.StaffDue{About: about, RespondOn: due, DaysLeft: days, State: models.StateInProgress}
	}
	return []models.Letter{
		models.StaffNewLetter{About: about, RespondOn: due, Level: models.LevelMailbox},
		models.StaffAssignedLetter{About: about, RespondOn: due},
		models.StaffRepliedLetter{About: about, RespondOn: due, Resumed: true},
		models.StaffWithdrawnLetter{About: about},
		models.StaffAppealLetter{About: about, RespondOn: due},
		models.StaffDueSoonLetter{StaffDue: reminder(3)},
		models.StaffDueTodayLetter{StaffDue: reminder(0)},
		models.StaffOverdueLetter{StaffDue: reminder(-2)},
		models.StaffApprovalLetter{About: about, Outcome: models.OutcomePartly, RespondOn: due},
		models.StaffReturnedLetter{About: about, Reason: "The citation does not fit the second item.", RespondOn: due},
		models.StaffMailFailedLetter{About: about, Failed: "answer_denied", Why: "550 no such mailbox", RespondOn: due},
		sampleDigest(due),
		models.StaffDeadJobLetter{
			Locale: "en", JobID: "0192f3c4-5d6e-7f80-91a2-b3c4d5e6f708", Kind: models.JobRemind,
			Reference: about.Reference, Attempts: 12, Error: "the database is locked",
		},
	}
}

func sampleDigest(due models.Date) models.StaffDigestLetter {
	return models.StaffDigestLetter{
		Locale: "en", On: due, Unowned: 2,
		Overdue: []models.DigestLine{{
			Reference: "HB-M2V8-4RCE-9F", TypeName: "Access to personal data",
			State: models.StateInReview, RespondOn: due.AddDays(-1), DaysLeft: -1,
		}},
		Due: []models.DigestLine{
			{
				Reference: "HB-7K3M-Q9TX-2D", TypeName: "Deletion of personal data",
				State: models.StateInProgress, RespondOn: due, DaysLeft: 0,
			},
			{
				Reference: "HB-X4Z1-0BND-77", TypeName: "Correction of personal data",
				State: models.StateOnHold, RespondOn: due.AddDays(5), DaysLeft: 5,
			},
		},
	}
}
