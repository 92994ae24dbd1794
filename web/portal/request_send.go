package portal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// receipt is what the portal says about a request that was sent; the same form
// sent again gets it again. There is nothing of a person in it.
type receipt struct {
	Reference string             `json:"reference"`
	Type      models.RequestType `json:"type"`
	Country   string             `json:"country,omitempty"`
	Region    string             `json:"region,omitempty"`
	On        models.Date        `json:"on"`
	// Later says that no code may have been mailed, for the network that the
	// form came from or for all the mail that goes out: not for the mailbox.
	Later bool `json:"later,omitempty"`
}

// address is the page that tells what happens next. It says no more than its
// own address does, so that it is no way to ask whether a reference exists.
func (r receipt) address() string {
	query := url.Values{"type": {string(r.Type)}, "on": {r.On.String()}}
	if r.Country != "" {
		query.Set("country", r.Country)
	}
	if r.Region != "" {
		query.Set("region", r.Region)
	}
	if r.Later {
		query.Set("code", "later")
	}
	return "/requests/" + r.Reference + "/sent?" + query.Encode()
}

// send files the request, and then its files. What cannot be sent just now is
// shown for review again, with everything that was typed. A request without its
// files is better than none, and its requester is told.
func (s *Site) send(w http.ResponseWriter, r *http.Request, d draft, files []pages.File) error {
	l := s.catalogue(r)
	filed, err := s.file(r, d)
	if err == nil {
		to := filed.address()
		if err := s.addFiles(r.Context(), filed.Reference, d.seed, files); err != nil {
			_, _ = s.refusal(w, r, err) // logs it
			to += "&files=missing"
		}
		return s.see(w, r, to)
	}
	if models.CodeOf(err) == models.CodeInvalid {
		wrong := fieldErrors{}
		wrong.add(l, d.kind, err)
		return s.showForm(w, r, http.StatusUnprocessableEntity, d, wrong)
	}
	return s.showReview(w, r, d, err)
}

// file runs the command once. Only what is new counts against the limits.
func (s *Site) file(r *http.Request, d draft) (receipt, error) {
	tag := localeOf(r).tag
	content := []string{string(d.kind.Key), tag}
	for _, p := range d.pairs() {
		content = append(content, p.Name, p.Value)
	}
	key := pages.OnceFor("portal", d.seed, content...)
	answer, err := pages.Once(r.Context(), s.Requests, key, func() error { return s.submit(r, d, key) })
	if err != nil {
		return receipt{}, err
	}
	var filed receipt
	if err := json.Unmarshal(answer, &filed); err != nil {
		return receipt{}, fmt.Errorf("reading a receipt: %w", err)
	}
	return filed, nil
}

// submit files the request. Where too many come from one place it is filed
// without a mail, unless the browser worked for it.
func (s *Site) submit(r *http.Request, d draft, key *workflows.Once) error {
	if err := s.take("bound", r); err != nil {
		return err
	}
	ctx, c := r.Context(), d.command(localeOf(r).tag)
	c.Crowded = s.Limits != nil && s.Limits.Crowd(r)
	c.Solved = s.Requests.Solved(puzzleOf(d.seed), pages.Clean(r.PostForm.Get("solution"), false))
	short, err := s.Requests.MailShort(ctx)
	if err != nil {
		return err
	}
	_, err = s.Requests.Submit(ctx, subject(), c, pages.Stored(key, func(d workflows.Decision) any {
		f := d.Request.Facts
		return receipt{
			Reference: d.Request.Reference, Type: f.Type, Country: f.Country, Region: f.Region, On: f.ReceivedOn,
			Later: f.Suppressed == models.SuppressedClient || short && c.Solved == nil,
		}
	}))
	return err
}

// puzzleOf names a form to the puzzles: one that was worked for is one form.
func puzzleOf(seed string) string { return "portal/" + seed }

// puzzle is the work that the browser has to do for the form to be mailed a
// code; nil where there is none.
func (s *Site) challenge(r *http.Request, d draft) (*cases.ProofOfWork, error) {
	needed := s.Limits != nil && s.Limits.Crowded(r)
	if !needed {
		var err error
		if needed, err = s.Requests.MailShort(r.Context()); !needed || err != nil {
			return nil, err
		}
	}
	p := s.Requests.NewProofOfWork(puzzleOf(d.seed))
	return &p, nil
}
