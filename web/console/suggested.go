package console

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// suggestedRight is a right that a mail may ask for, with the sentence that
// says so.
type suggestedRight struct {
	Type     models.RequestType
	Name     string
	Percent  int
	Sentence string
	Set      bool // a request is for it
}

// piece is a part of somebody's words. What a suggestion comes from is marked.
type piece struct {
	Text string
	Mark bool
}

// suggestedRights are those of a suggestion, by the names that name gives them.
func suggestedRights(s models.Suggestion, name func(models.RequestType) string, set func(models.RequestType) bool) []suggestedRight {
	var all []suggestedRight
	for _, r := range s.Rights {
		all = append(all, suggestedRight{r.Type, name(r.Type), r.Confidence, r.Sentence, set(r.Type)})
	}
	return all
}

// marked cuts a text into pieces, with the sentences of a suggestion marked. A
// sentence may be wrapped in the text.
func marked(text string, s models.Suggestion) []piece {
	var wanted []string
	for _, r := range s.Rights {
		var words []string
		for w := range strings.FieldsSeq(r.Sentence) {
			words = append(words, regexp.QuoteMeta(w))
		}
		if len(words) > 0 {
			wanted = append(wanted, strings.Join(words, `\s+`))
		}
	}
	if len(wanted) == 0 {
		return []piece{{Text: text}}
	}
	// Of two sentences that begin alike the longer one is marked.
	slices.SortFunc(wanted, func(a, b string) int { return len(b) - len(a) })
	var all []piece
	from := 0
	for _, at := range regexp.MustCompile(strings.Join(wanted, "|")).FindAllStringIndex(text, -1) {
		if at[0] > from {
			all = append(all, piece{Text: text[from:at[0]]})
		}
		all = append(all, piece{text[at[0]:at[1]], true})
		from = at[1]
	}
	if from < len(text) {
		all = append(all, piece{Text: text[from:]})
	}
	return all
}

// suggestion is what the mail of the request seems to ask for.
func (d *caseView) suggestion() models.Suggestion {
	if g := d.c.Request.Suggestion; g != nil {
		return *g
	}
	return models.Suggestion{}
}

// suggested are the rights that the mail of the request may ask for. Those that
// it, or another request of the same mail, is for are set.
func (d *caseView) suggested() []suggestedRight {
	q := d.c.Request
	return suggestedRights(d.suggestion(), d.kindName, func(t models.RequestType) bool {
		return slices.Contains(q.Asked(), t) || slices.ContainsFunc(d.related, func(o models.Request) bool {
			return o.Mail == q.Mail && slices.Contains(o.Asked(), t)
		})
	})
}

// caseRight confirms a right that the mail of a request seems to ask for. Of one
// that asks for more than the mail says, the questions are shown.
func (s *Site) caseRight(w http.ResponseWriter, r *http.Request) error {
	reference, err := referenceOf(r)
	if err != nil {
		return err
	}
	if err := pages.Form(w, r); err != nil {
		return err
	}
	typed := typedForm{Command: workflows.CommandClassify, Values: r.PostForm}
	right := models.RequestType(r.PostForm.Get("right"))
	version, _ := strconv.Atoi(r.PostForm.Get("version"))
	_, err = s.Staff.ConfirmRight(r.Context(), who(r).Actor(), reference, right, cases.Option{IfVersion: max(version, 1)})
	switch {
	case models.CodeOf(err) == models.CodeInvalid:
		r.PostForm.Set("type", string(right))
		return s.showCase(w, r, http.StatusOK, reference, typed)
	case err != nil:
		return s.refuse(w, r, reference, typed, err)
	}
	return see(w, "/console/requests/"+reference+"?done=right#done")
}
