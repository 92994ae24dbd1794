package cases

import (
	"context"
	"time"

	"habeas/workflows"
)

// inflow reads it.
func (s *core) inflow(ctx context.Context, rules workflows.Rules, requestID string) (in workflows.Inflow, err error) {
	if in.LastByStaff, err = s.Store.LastByStaff(ctx, requestID); err != nil {
		return in, err
	}
	if in.Notified, err = s.Store.SentKeys(ctx, workflows.NotificationKeys(rules, requestID, in.LastByStaff, s.now())); err != nil {
		return in, err
	}
	in.Written, err = s.Store.Written(ctx, requestID, s.now().Add(-time.Hour))
	return in, err
}
