package accounts_test

import (
	"errors"
	"testing"

	"habeas/accounts"
	"habeas/models"
)

// What cannot be mailed is no address of anybody who works here, whichever way
// they come in: one such would spoil every letter that they are among.
func TestAnAddressOfStaffCanBeMailed(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		secret, err := d.Setup.Arm(ctx)
		d.must(err)
		for _, bad := range []string{
			"@", "grace@", "@example.org", "grace", "grace@localhost", "grace hopper@example.org", "Grace <grace@example.org>",
			"grace@example.org, ada@example.org", "grace@[192.0.2.1]", "grace@192.0.2.1", "grace,@example.org", `"grace"@example.org`,
			"gra\u200bce@example.org", "grace@exam ple.org", "grace@example..org", "grace@exa%\u00fc.example", "gra\xffce@example.org",
		} {
			_, added := d.People.Add(ctx, operator(), "Grace", bad, models.RoleAgent, accounts.Remembered[models.Staff]{})
			_, _, invited := d.People.Invite(ctx, operator(), accounts.Newcomer{Name: "Grace", Email: bad, Role: models.RoleAgent})
			_, used := d.Setup.UseForToken(ctx, secret, "Grace", bad)
			_, set := d.Setup.Use(ctx, secret, "Grace", bad, goodPassword, "")
			for way, err := range map[string]error{"AddStaff": added, "Invite": invited, "UseSetup": used, "SetUp": set} {
				e, ok := errors.AsType[*models.Error](err)
				if !ok || e.Code != models.CodeInvalid || len(e.Fields) != 1 || e.Fields[0].Field != "email" {
					t.Errorf("%s takes %q: %v", way, bad, err)
				}
			}
		}
		if staff, err := d.store.Staff(ctx); err != nil || len(staff) != 0 {
			t.Errorf("there are %+v, %v", staff, err)
		}
		for name, good := range map[string]string{"Ada": " ada+work@example.org ", "Jan": "j\u00fcrgen@b\u00fccher.example", "Bo": "bo@xn--bcher-kva.example", "Cy": "o'cy_1@ex-ample.org"} {
			_, err := d.People.Add(ctx, operator(), name, good, models.RoleAgent, accounts.Remembered[models.Staff]{})
			d.must(err)
		}
	})
}
