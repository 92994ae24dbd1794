package notifications

import (
	"time"

	"habeas/models"
)

// Samples returns one filled letter for each template, by template name: for
// the rehearsal at start, for golden files and for a preview. Nobody in them
// exists.
func Samples(locale string) map[string]models.Letter {
	all, s := map[string]models.Letter{}, samples{locale, sampleIn(locale)}
	for _, l := range append(s.requester(), s.staff()...) {
		all[l.Template()] = l
	}
	return all
}

// samples makes the letters of one language.
type samples struct {
	locale string
	sampleWords
}

func (s samples) about(name string) models.About {
	return models.About{
		Reference: "HB-7K3M-Q9TX-2D", Type: models.TypeDeletion,
		TypeName: s.deletion, Locale: s.locale, Name: name,
	}
}

func sampleStop() models.Stop { return models.Stop{StopToken: "a-mail-to-nobody"} }

func sampleDue() models.Date { return models.NewDate(2026, time.November, 20) }

func (s samples) reasons() []models.Reason {
	return []models.Reason{{
		Code: "legal_duty", Title: s.reason,
		Citation:    "Cal. Civ. Code \u00a7 1798.105(d)(8)",
		Explanation: s.explanation,
	}}
}

// unverified is the reason of a denial for want of verification.
func (s samples) unverified() []models.Reason {
	return []models.Reason{{Code: "unverifiable_identity", Title: s.unverifiable, Citation: "11 CCR \u00a7 7024(a), (b)"}}
}

func (s samples) remedy() models.Remedy {
	return models.Remedy{
		AppealUntil: models.NewDate(2027, time.January, 19),
		Complain:    s.agencies,
	}
}

func (s samples) letter(o models.Outcome) models.AnswerLetter {
	l := models.AnswerLetter{
		About: s.about("Maria Example"), Outcome: o, Remedy: s.remedy(),
		Text: s.answer,
	}
	switch o {
	case models.OutcomeFulfilled:
		l.Items = []models.AnswerItem{
			{Label: s.photo, Outcome: models.OutcomeFulfilled},
			{Label: s.address, Outcome: models.OutcomeFulfilled, Corrected: []string{"Shop database", "Paper files"}},
		}
	case models.OutcomePartly:
		l.Reasons = s.reasons()
		l.Items = []models.AnswerItem{
			{Label: s.photo, Outcome: models.OutcomeFulfilled},
			{Label: s.card, Outcome: models.OutcomeDenied, Reasons: s.reasons()},
		}
	case models.OutcomeDenied:
		l.Reasons = s.reasons()
	case models.OutcomeNoData, models.OutcomeWithdrawn, models.OutcomeExpired, models.OutcomeDuplicate, models.OutcomeSpam:
	}
	return l
}

func (s samples) requester() []models.Letter {
	unproved, proved, due := s.about(""), s.about("Maria Example"), sampleDue()
	received := models.NewDate(2026, time.October, 21)
	expires := time.Date(2026, time.October, 22, 9, 30, 0, 0, time.UTC)
	return []models.Letter{
		models.CodeLetter{About: unproved, Stop: sampleStop(), Code: "7QK2M9XA", ExpiresAt: expires, ReceivedOn: received, RespondOn: due},
		models.VerifyReminderLetter{
			About: unproved, Stop: sampleStop(), Code: "4HT8WZ3C", ExpiresAt: expires.AddDate(0, 0, 7),
			ClosesOn: models.NewDate(2026, time.November, 4),
		},
		models.AcknowledgementLetter{
			About: proved, ReceivedOn: received, RespondOn: due,
			Regimes:   s.regimes,
			NeedLevel: models.LevelReasonable, Level: models.LevelMailbox,
		},
		models.NewDateLetter{About: proved, ReceivedOn: received, FormerOn: models.NewDate(2026, time.November, 11), RespondOn: due, Regimes: s.regimes},
		models.ReclassifiedLetter{About: proved, Former: s.former, Words: s.said, RespondOn: due},
		models.NamedPersonLetter{About: unproved, Stop: sampleStop()},
		models.VerifiedLetter{About: proved, RespondOn: due},
		models.QuestionLetter{
			About: proved, Text: s.question,
			Purpose: models.HoldClarification, RespondOn: due, Paused: true,
		},
		models.ReplyLetter{About: proved, Text: s.reply, RespondOn: due},
		models.ExtendedLetter{
			About: proved, Reason: s.longer,
			FormerOn: due, RespondOn: models.NewDate(2027, time.January, 4),
			Citation: "Cal. Civ. Code \u00a7 1798.130(a)(2)(A)", Law: true, Remedy: s.remedy(),
		},
		s.letter(models.OutcomeFulfilled), s.letter(models.OutcomePartly),
		s.letter(models.OutcomeDenied), s.letter(models.OutcomeNoData),
		models.WithdrawnLetter{About: proved},
		models.ExpiredLetter{
			About: unproved, Stop: sampleStop(), Reasons: s.unverified(), Categories: true, Remedy: models.Remedy{Complain: s.agencies},
		},
		models.MergedLetter{About: proved, Into: "HB-M2V8-4RCE-9F", RespondOn: due},
		models.ReopenedLetter{About: proved, RespondOn: due},
		models.AppealReceivedLetter{About: proved, RespondOn: due},
		models.ConfirmErasureLetter{About: proved, CoolsOff: true, RespondOn: due},
		models.ErasureConfirmedLetter{About: proved, From: expires, Cools: true, RespondOn: due},
		models.PackageLetter{About: proved, PackageNote: models.PackageNote{Until: expires, Downloads: 10}},
	}
}

func (s samples) staff() []models.Letter {
	about, due := s.about(""), sampleDue()
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
		models.StaffReturnedLetter{About: about, Reason: s.returned, RespondOn: due},
		models.StaffMailFailedLetter{About: about, Failed: "answer_denied", Why: "550 no such mailbox", RespondOn: due},
		models.StaffComplaintLetter{About: about, RespondOn: due},
		models.StaffBreakerLetter{Locale: s.locale},
		s.digest(due),
		models.StaffDeadJobLetter{
			Locale: s.locale, JobID: "0192f3c4-5d6e-7f80-91a2-b3c4d5e6f708", Kind: models.JobRemind,
			Reference: about.Reference, Attempts: 12, Error: s.broken,
		},
		models.StaffInvitationLetter{Locale: s.locale, Secret: "an-invitation-of-nobody", ExpiresAt: sampleDue().At(9, time.UTC)},
		models.StaffAccountLetter{Locale: s.locale, What: models.NoticePassword, At: sampleDue().At(9, time.UTC)},
		models.StaffMailHeldLetter{Locale: s.locale, Waiting: 3, OldestOn: due.AddDays(-20), TooLong: true},
		models.StaffMailboxLetter{Locale: s.locale, Since: time.Date(2026, time.November, 20, 6, 30, 0, 0, time.UTC), Fault: models.MailboxLogin},
		models.StaffLegalHoldLetter{Locale: s.locale, ID: "0192f3c4-5d6e-7f80-91a2-b3c4d5e6f70a", SetOn: due.AddDays(-180), ReviewOn: due},
		models.StaffTaskLetter{About: about, What: models.TaskNewsFailed, System: "Shop database", Action: models.ActionErase, DueOn: due.AddDays(-7), RespondOn: due, Fault: models.FaultUnavailable},
		models.OwnerTasksLetter{Locale: s.locale, Owner: "shop-team@example.com", Tasks: []models.OwnerTask{
			{ID: "0192f3c4-5d6e-7f80-91a2-b3c4d5e6f709", Reference: about.Reference, System: "Shop database", Action: models.ActionFind, DueOn: due.AddDays(-7), DaysLeft: 3},
		}},
		models.OwnerHoldLetter{Locale: s.locale, Owner: "shop-team@example.com", Stands: true, Task: models.OwnerTask{
			ID: "0192f3c4-5d6e-7f80-91a2-b3c4d5e6f709", Reference: about.Reference, System: "Shop database", Action: models.ActionErase, DueOn: due.AddDays(-7), DaysLeft: 3,
		}},
		models.OwnerCodeLetter{
			Locale: s.locale, Owner: "shop-team@example.com", Code: "7K3M9QXD", ExpiresAt: sampleDue().At(9, time.UTC), Task: models.OwnerTask{
				ID: "0192f3c4-5d6e-7f80-91a2-b3c4d5e6f709", Reference: about.Reference, System: "Shop database", Action: models.ActionFind, DueOn: due.AddDays(-7), DaysLeft: 3,
			},
		},
	}
}

func (s samples) digest(due models.Date) models.StaffDigestLetter {
	return models.StaffDigestLetter{
		Locale: s.locale, On: due, Unowned: 2, Held: 3, HeldSince: due.AddDays(-2),
		Overdue: []models.DigestLine{{
			Reference: "HB-M2V8-4RCE-9F", TypeName: s.access,
			State: models.StateInReview, RespondOn: due.AddDays(-1), DaysLeft: -1,
		}},
		Due: []models.DigestLine{
			{
				Reference: "HB-7K3M-Q9TX-2D", TypeName: s.deletion,
				State: models.StateInProgress, RespondOn: due, DaysLeft: 0, MoreTasks: 4,
				Tasks: []models.DigestTask{
					{System: "Shop database", Action: models.ActionErase, Owner: "shop-team@example.com", DueOn: due.AddDays(-2), DaysLeft: -2},
					{System: "Paper files", Action: models.ActionFind, DueOn: due, DaysLeft: 0},
				},
			},
			{
				Reference: "HB-X4Z1-0BND-77", TypeName: s.correction,
				State: models.StateOnHold, RespondOn: due.AddDays(5), DaysLeft: 5,
			},
		},
	}
}
