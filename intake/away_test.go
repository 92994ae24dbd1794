package intake_test

import (
	"slices"
	"testing"

	"habeas/intake"
	"habeas/models"
	"habeas/workflows"
)

// TestAway knows who is away by the subject where no field says so.
func TestAway(t *testing.T) {
	t.Parallel()
	away := []string{
		"Subject: Out of office", "Subject: Out of Office: Re: Your request", "Subject: Out of Office AutoReply: A question", "Subject: Out of the office until 5 May",
		"Subject: Automatic reply: A question", "Subject: Auto-Reply: A question", "Subject: Auto reply: A question", "Subject: Auto-Response: VACATION", "Subject: On vacation",
		"Subject: Dana Smith is out of the office (returning 01/02/2027)", "Subject: AUTO: Dana Smith is out of the office.", "Subject: Away from my desk",
		"Subject: [EXTERNAL] Automatic reply: A question",
		"Subject: Automatische Antwort: Eine Frage", "Subject: Abwesenheitsnotiz", "Subject: Abwesenheitsnotiz: Eine Frage", "Subject: Abwesend bis 5. Mai",
		"Subject: =?utf-8?Q?R=C3=A9ponse_automatique_=3A_Une_question?=", "Subject: =?utf-8?Q?R=65ponse?= automatique: x", "Subject: Absence du bureau", "Subject: Absence du bureau : Re: x", "Subject: Message d'absence",
		"Subject: Respuesta automática: Una pregunta", "Subject: Fuera de la oficina", "Subject: Fuera de la oficina: x",
		"Subject: Risposta automatica: x", "Subject: Fuori ufficio: x", "Subject: Resposta automática: x", "Subject: Fora do escritório",
		"Subject: Automatisch antwoord: x", "Subject: Afwezig: x", "Subject: Afwezigheidsmelding", "Subject: Autosvar: x", "Subject: Automatiskt svar: x", "Subject: Automatisk svar: x", "Subject: Frånvaro: x",
		"Subject: Automaattinen vastaus: x", "Subject: Automatyczna odpowiedź: x", "Subject: Automatická odpověď: x", "Subject: Automatická odpoveď: x", "Subject: Automatikus válasz: x",
		"Subject: Răspuns automat: x", "Subject: Otomatik yanıt: x", "Subject: Автоматический ответ: x", "Subject: Автоответ: x", "Subject: Автоматична відповідь: x", "Subject: Αυτόματη απάντηση: x",
		"Subject: 自動応答: x", "Subject: 自動返信：x", "Subject: 自动答复: x", "Subject: 自动回复：x", "Subject: 自動回覆: x", "Subject: 자동 회신: x",
		"Subject: Re: x (Out of office)\nX-Auto-Response-Suppress: All",
		"Subject: x\nX-Auto-Reply: yes", "Subject: x\nX-Mail-Autoreply: dana@x.example", "Subject: x\nX-POST-MessageClass: 9; Autoresponder", "Subject: x\nPrecedence: auto-reply", "Subject: x\nX-FC-MachineGenerated: true",
	}
	for _, head := range away {
		m := read("From: a@x.example\n" + head + "\n\nhello\n")
		if ok, reason := intake.Answerable(m, intake.Envelope{}, intake.Config{}); ok || reason == "" {
			t.Errorf("%q would be answered", head)
		}
		if outcome, reason := intake.Route(m, intake.Config{}); outcome != intake.OutcomeHeld || reason != intake.ReasonAutoReply {
			t.Errorf("%q: %s, %s", head, outcome, reason)
		}
		if m.AutoSubmitted != "" || m.IsAutoReply || m.IsBounce {
			t.Errorf("%q: a subject makes no field: %q", head, m.AutoSubmitted)
		}
	}
	people := []string{
		"Subject: Re: Out of office", "Subject: AW: Automatische Antwort: Eine Frage", "Subject: RE: Automatic reply: x", "Subject: TR: Absence du bureau", "Subject: Fwd: Automatic reply: x",
		"Subject: Out of office hours support", "Subject: Out of office?", "Subject: Automatic replies from you, please stop", "Subject: Auto: Halterdaten löschen", "Subject: Autosvarare vi köpte",
		"Subject: Absence de réponse", "Subject: Absence de réponse : ma demande du 3 mai", "Subject: Awaylog: delete my account", "Subject: Automation data", "Subject: 自動車の件",
		"Subject: Delete my account\nX-Auto-Response-Suppress: DR, OOF, AutoReply", "Subject: Re: A question\nPrecedence: normal", "Subject: Holiday booking: delete it", "",
	}
	for _, head := range people {
		m := read("From: a@x.example\n" + head + "\n\nhello\n")
		if outcome, reason := intake.Route(m, intake.Config{}); outcome != intake.OutcomeRequest {
			t.Errorf("%q: %s, %s", head, outcome, reason)
		}
		if ok, reason := intake.Answerable(m, intake.Envelope{}, intake.Config{}); ok != !slices.Contains(m.SuppressReasons, intake.ReasonSuppress) {
			t.Errorf("%q: answerable is %t, %s", head, ok, reason)
		}
	}
}

// A machine that does not say it is one answers a question for the requester
// as little as one that does; the requester's answer to it counts.
func TestWhoIsAwayAnswersNoQuestion(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Access request", askAccess))
		d.do(r.Reference, alice, workflows.Verify{Level: models.LevelMailbox, Method: "staff_check"})
		d.do(r.Reference, alice, workflows.Start{})
		d.do(r.Reference, alice, workflows.Ask{Message: "Which account?"})
		mailed := d.mailed(r.Reference)
		for _, subject := range []string{"Automatic reply: A question", "Abwesenheitsnotiz", "=?utf-8?Q?R=C3=A9ponse_automatique_=3A_A_question?="} {
			got := d.take(letter("ana@example.org", subject, "I am away: "+subject), d.reply(r.Reference))
			if got.Outcome != intake.OutcomeThread || got.Reference != r.Reference || d.request(r.Reference).State != models.StateOnHold {
				t.Errorf("%s: receipt %+v, the case is %s", subject, got, d.request(r.Reference).State)
			}
		}
		in := d.received(r.Reference)
		for _, m := range in {
			if !slices.Contains(m.Flags, models.FlagAutomatic) {
				t.Errorf("message %+v", m)
			}
		}
		if len(in) != 3 || d.mailed(r.Reference) != mailed {
			t.Errorf("%d messages, %d mails after %d", len(in), d.mailed(r.Reference), mailed)
		}
		proven := "Authentication-Results: mx.example.com; dmarc=pass header.from=example.org\r\n" // or it is one too many
		d.take(proven+letter("ana@example.org", "Re: Out of office", "The account of 2019."), d.reply(r.Reference))
		if q := d.request(r.Reference); q.State != models.StateInProgress {
			t.Errorf("after a real answer the case is %s", q.State)
		}
	})
}
