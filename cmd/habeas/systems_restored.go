package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"habeas/migrations"
	"habeas/models"
)

func newSystemsRestored(configure configured) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use: "restored SYSTEM --from TIME", Short: "Erase again what came back with a restored backup of a system",
		Long: "Run it after a backup of SYSTEM was restored. TIME is when that backup was made. Each request for which\n" +
			"something was erased there since then gets a new task. A running service finds what came back and shows\n" +
			"a preview; another person approves it; legal holds stop it; a receipt says what was erased. The owner of\n" +
			"a manual system is asked by email. Run it again at any time: no task is made twice.",
		Example: "  habeas systems restored shop --from 2027-03-01T02:00:00Z",
		Args:    oneArgument("the name of a system"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := required(c, "from"); err != nil {
				return err
			}
			conf, err := configure()
			if err != nil {
				return err
			}
			at, err := instant(from, conf.Zone)
			if err != nil {
				return err
			}
			return withApp(c, knowing(configure), migrations.Check, func(a *app) error {
				done, err := a.service.Tasks.Restored(c.Context(), operator(), args[0], at)
				if models.CodeOf(err) == models.CodeInvalid {
					return usagef("%s: %v", args[0], err)
				}
				_, printed := fmt.Fprintf(c.OutOrStdout(), "%d tasks erase again what was erased in %s since %s.\n"+
					"%d requests have such a task already. %d requests are erased here:\nnobody can look for those persons any more.\n"+
					"%d requests have another requester by now: look for the former one by hand.\n",
					done.Tasks, args[0], at.Format(time.RFC3339), done.Already, done.Gone, done.Former)
				return errors.Join(err, printed)
			})
		},
	}
	c.Flags().StringVar(&from, "from", "", "when the backup was made: 2027-03-01T02:00:00Z, or a day, from its beginning")
	return c
}

// instant reads a time, or the beginning of a day in a zone.
func instant(s string, zone *time.Location) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, nil
	}
	day, err := models.ParseDate(s)
	if err != nil {
		return time.Time{}, usagef("--from must be a time such as 2027-03-01T02:00:00Z, or a date")
	}
	return day.At(0, zone), nil
}
