package webhook

import (
	"net/http"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"habeas/models"
)

// Callback reads an answer that was posted later. It is signed with the same
// secret, under the task's id. preview is the one that was approved, for the
// answer to an apply. A signature that does not hold is a FaultCredentials.
func (s *System) Callback(header http.Header, body []byte, c models.Call, preview models.Preview) (models.Answered, error) {
	if header.Get(standardwebhooks.HeaderWebhookID) != c.Task || s.signer.Verify(body, header) != nil {
		return models.Answered{}, fault(models.FaultCredentials, "the callback is not signed by the system, or is for another task")
	}
	a, err := s.parse(body)
	if err != nil {
		return models.Answered{}, err
	}
	switch a.Step {
	case stepFind:
		found, err := s.found(c, a)
		return models.Answered{Findings: &found}, err
	case stepPreview:
		p, err := s.previewed(c, a)
		return models.Answered{Preview: &p}, err
	case stepApply:
		r, err := s.applied(preview, a)
		return models.Answered{Receipt: &r}, err
	}
	return models.Answered{}, fault(models.FaultGarbage, "the callback does not say which step it answers")
}
