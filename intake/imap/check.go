package imap

import "context"

// Check logs in and opens the folder, as reading it would, and changes
// nothing.
func (a Account) Check(ctx context.Context) error {
	s, err := open(ctx, a)
	if err != nil {
		return err
	}
	s.close()
	return nil
}
