package certificate

import (
	"time"

	"habeas/models"
	"habeas/policies"
)

// WordsFor are the words that the policy of a request has for a certificate, in the
// language of the request.
func WordsFor(p *policies.Policy, r models.Request, zone *time.Location) Words {
	w := Words{Type: string(r.Type), Zone: zone, Reason: func(code string) string { return code }}
	kind, ok := p.TypeOf(r.Facts)
	if !ok {
		return w
	}
	w.Type = kind.Name(r.Locale)
	w.Reason = func(code string) string {
		reason, known := p.ReasonFor(kind, code, r.Deadline.Regimes, r.Locale)
		switch {
		case !known:
			return code
		case reason.Citation == "":
			return reason.Title
		}
		return reason.Title + " (" + reason.Citation + ")"
	}
	return w
}
