package portal

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
	"habeas/workflows"
)

// casePage is a request as its requester sees it.
type casePage struct {
	Reference string
	Kind      string // what is asked for, in words
	Shredded  bool
	State     string // in words
	Next      string // what happens next, in words
	Question  *said  // that waits for an answer
	Answer    *answer
	Bar       *bar
	Steps     []step
	Why       *why
	Asked     []line
	Said      []said
	Files     []file
	Forms     caseForms

	MayWrite, MayWithdraw, MayAppeal bool
	MayConfirm                       bool      // the erasure
	ErasesFrom                       time.Time // until then it may be withdrawn; zero where it does not cool off
	Certified                        bool
	Package                          *packageView // that went out with the answer
	AppealUntil                      models.Date
	Done                             string
}

// caseForms are the forms of the page as they were filled in.
type caseForms struct {
	Message pending
	Wrong   string // about the message
	File    string // what is wrong with a file
	Refused string // why something could not be done just now
}

// said is one message.
type said struct {
	Own  bool
	Text string
	At   time.Time
}

// file is a file of the request.
type file struct {
	ID, Name string
	KiB      int64
	Own      bool
	At       time.Time
}

// showCase shows a request, with its forms as they were filled in.
func (s *Site) showCase(w http.ResponseWriter, r *http.Request, status int, own models.Request, forms caseForms) error {
	page, err := s.casePage(r.Context(), s.catalogue(r), own)
	if err != nil {
		return err
	}
	page.Forms = forms
	page.Forms.Message.Seed = cmp.Or(forms.Message.Seed, pages.NewSeed())
	if done := r.URL.Query().Get("done"); slices.Contains([]string{"message", "file", "withdrawn", "too-late", "appeal", "confirmed"}, done) {
		page.Done = s.catalogue(r).words["case.done."+done]
	}
	return s.show(w, r, status, viewCase, layout{
		Title: page.Kind, Wrong: forms.Wrong+forms.File != "", Body: page,
	})
}

// kindOf is what a request asks for, in words, by the policy that it was
// received under: today's may have another name for it, or none.
func (s *Site) kindOf(ctx context.Context, l *catalogue, own models.Request) (string, error) {
	policy, err := s.Requests.PolicyOf(ctx, own)
	if err != nil {
		return "", err
	}
	return titleOfCase(l, policy, own), nil
}

func titleOfCase(l *catalogue, policy *policies.Policy, own models.Request) string {
	kind, ok := policy.TypeOf(own.Facts)
	switch {
	case ok && len(own.Rights) > 0:
		return kind.Name(l.tag)
	case ok:
		return titleOf(l, kind)
	}
	return own.Reference
}

func (s *Site) casePage(ctx context.Context, l *catalogue, own models.Request) (casePage, error) {
	messages, err := s.Requests.Conversation(ctx, own)
	if err != nil {
		return casePage{}, err
	}
	events, err := s.Requests.Events(ctx, own.Reference)
	if err != nil {
		return casePage{}, err
	}
	explained, err := s.Requests.ExplainIn(ctx, own.Reference, l.tag)
	if err != nil {
		return casePage{}, err
	}
	files, err := s.Requests.Files(ctx, subject(), own)
	if err != nil {
		return casePage{}, err
	}
	policy, err := s.Requests.PolicyOf(ctx, own)
	if err != nil {
		return casePage{}, err
	}
	allowed, err := s.Requests.MayNow(ctx, subject(), own)
	if err != nil {
		return casePage{}, err
	}
	page := casePage{
		Reference: own.Reference, Kind: titleOfCase(l, policy, own), Shredded: own.Shredded, State: l.words["state."+string(own.State)], Next: l.next(own, messages),
		Answer: s.answerIn(l, own, messages), Bar: s.bar(l, own), Steps: s.steps(l, own, events), Why: s.why(l, policy, own, explained),
		Asked: asked(l, policy, own), Said: saidIn(messages), Files: filesIn(files),
		MayWrite:    slices.Contains(allowed, workflows.CommandWrite) && !own.Shredded,
		MayWithdraw: slices.Contains(allowed, workflows.CommandWithdraw),
		MayConfirm:  slices.Contains(allowed, workflows.CommandConfirmErasure), Certified: workflows.Certified(subject(), own),
		Package: s.packageIn(l, own),
	}
	if e := own.Erasure; page.MayWithdraw && e.From.After(s.Now()) {
		page.ErasesFrom = e.From
	}
	if own.State == models.StateClosed {
		page.State = l.text("outcome."+string(own.Outcome), "state.closed")
	}
	if own.State == models.StateOnHold {
		page.Question = questionIn(messages)
	}
	if page.MayAppeal = page.Answer != nil && slices.Contains(allowed, workflows.CommandAppeal); page.MayAppeal {
		page.AppealUntil = page.Answer.AppealUntil
	}
	return page, nil
}

// next says what happens next to a request.
func (l *catalogue) next(own models.Request, messages []models.Message) string {
	key := "next." + string(own.State)
	switch {
	case own.State == models.StateClosed && own.GoesOnAs() != "":
		key = "next.merged"
	case own.State == models.StateClosed:
		key = "next.closed"
	case own.Appeal.No > 0 && own.State == models.StateOpen:
		key = "next.appeal"
	case own.State == models.StateOnHold && paused(messages):
		key = "next.on_hold.paused"
	}
	text, _ := l.say(key, "date", l.date(own.Deadline.RespondOn), "reference", own.GoesOnAs())
	return text
}

// paused reports whether the clock stands still while the question that was put
// last waits: what its mail said.
func paused(messages []models.Message) bool {
	for _, m := range slices.Backward(messages) {
		if question, ok := m.Letter.(*models.QuestionLetter); ok {
			return question.Paused
		}
	}
	return false
}

// questionIn returns the question that was put last.
func questionIn(messages []models.Message) *said {
	for _, m := range slices.Backward(messages) {
		switch m.Letter.(type) {
		case models.QuestionLetter, *models.QuestionLetter:
			return &said{Text: m.Text, At: m.CreatedAt}
		}
	}
	return nil
}

func saidIn(messages []models.Message) []said {
	var all []said
	for _, m := range messages {
		all = append(all, said{Own: m.Direction == models.Incoming, Text: m.Text, At: m.CreatedAt})
	}
	return all
}

func filesIn(files []models.File) []file {
	var all []file
	for _, f := range files {
		all = append(all, file{ID: f.ID, Name: f.Name, KiB: (f.Size + 1023) / 1024, Own: f.Author.Kind == models.ActorSubject, At: f.CreatedAt})
	}
	return all
}

// asked is what the request asks for, as it was typed.
func asked(l *catalogue, policy *policies.Policy, own models.Request) []line {
	if own.Shredded {
		return nil
	}
	var all []line
	add := func(label string, texts ...string) {
		texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
		if len(texts) > 0 {
			all = append(all, line{label, texts})
		}
	}
	if kind, ok := policy.TypeOf(own.Facts); ok {
		for _, field := range kind.Fields {
			add(field.Label.In(l.tag), answerOf(l, field, plain(own.Fields[field.Name]))...)
		}
	}
	add(l.text("form.details."+string(own.Type), "form.details"), own.Details)
	add(l.words["case.about"], own.Person.Name, own.Person.Email, l.places.name(own.Person.Country, own.Person.Region))
	if o := own.OnBehalf; o != nil {
		add(l.words["case.by"], o.Name, o.Email, l.words["form.capacity."+string(o.Role)], o.Authority)
	}
	return all
}

// plain makes a stored list of strings one of anything, as JSON does.
func plain(value any) any {
	list, ok := value.([]string)
	if !ok {
		return value
	}
	var all []any
	for _, entry := range list {
		all = append(all, entry)
	}
	return all
}
