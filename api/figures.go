package api

import (
	"context"

	"habeas/models"
)

// statsView counts requests.
type statsView struct {
	ByState     map[models.State]int                        `json:"by_state" description:"Every request."`
	ByType      map[models.RequestType]int                  `json:"by_type" description:"Unanswered ones."`
	ByRegime    map[string]int                              `json:"by_regime" description:"Unanswered ones, by governing regime."`
	ByTypeState map[models.RequestType]map[models.State]int `json:"by_type_state" description:"Every request."`
	DueSoon     int                                         `json:"due_soon" description:"Unanswered, due within seven days."`
	Overdue     int                                         `json:"overdue"`
}

func (a *API) stats(ctx context.Context, _ *call, _ nothing) (statsView, error) {
	s, err := a.Service.Store.Stats(ctx, a.Now())
	if err != nil {
		return statsView{}, err
	}
	return statsView{
		ByState: counted(s.ByState), ByType: counted(s.ByType), ByRegime: counted(s.ByRegime), ByTypeState: counted(s.ByTypeState),
		DueSoon: s.DueSoon, Overdue: s.Overdue,
	}, nil
}

// counted is a count that is never null.
func counted[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return m
}
