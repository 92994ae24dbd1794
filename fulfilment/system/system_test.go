package system_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"habeas/fulfilment/system"
	"habeas/models"
)

const (
	shop = `system: shop
name: Shop database
owner: shop-team@example.com
kind: sql
sql: {driver: postgres, url: "${SHOP_URL}", password: "${SHOP_PASSWORD}", rows: 500, timeout: 5s}
datasets: [sets/shop.yml]
actions: [find, erase]
register:
  - {categories: [user.name], purpose: Orders, recipients: [The carrier], retention: 10 years}
`
	set = `dataset:
  - fides_key: shop
    collections:
      - name: person
        fields:
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: phone, data_categories: [user.contact.phone_number], fides_meta: {identity: phone_number}}
`
)

func env(extra map[string]string) func(string) string {
	return func(name string) string {
		if v, ok := extra[name]; ok {
			return v
		}
		return map[string]string{"SHOP_URL": "postgres://habeas@db/shop", "SHOP_PASSWORD": "s3cret", "KEY": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}[name]
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := fstest.MapFS{"shop.yaml": {Data: []byte(shop)}, "sets/shop.yml": {Data: []byte(set)}, "README.md": {Data: []byte("x")}}
	all, faults := system.Load(dir, env(map[string]string{"SHOP_PASSWORD": "", "SHOP_PASSWORD_FILE": file}))
	if len(faults) > 0 || len(all) != 1 {
		t.Fatal(faults)
	}
	d := all[0]
	if d.SQL.Password != "from a file" || d.SQL.Rows != 500 || d.SQL.Timeout != 5*time.Second || !d.Takes(models.ActionErase) || d.Takes(models.ActionCorrect) {
		t.Errorf("%+v", d.SQL)
	}
	if !slices.Equal(d.Categories, []string{"user.contact.email", "user.contact.phone_number"}) || !slices.Equal(d.Identifiers, []models.IdentifierKind{"email", "phone_number"}) {
		t.Errorf("%v %v", d.Categories, d.Identifiers)
	}
	if d.Register[0].Recipients[0] != "The carrier" {
		t.Errorf("%+v", d.Register)
	}
	dir["sets/shop.yml"] = &fstest.MapFile{Data: []byte(set + "# more\n")}
	if more, _ := system.Load(dir, env(nil)); more[0].Version == d.Version {
		t.Error("the version does not depend on the dataset")
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	webhook := "system: crm\nname: CRM\nowner: crm@example.com\nkind: webhook\ncategories: [user.name]\nidentifiers: [email]\nactions: [find]\n"
	tests := map[string]struct{ yaml, want string }{
		"an unknown key":           {shop + "colour: red\n", "a.yaml:10: a system has no key colour"},
		"a password in the file":   {strings.Replace(shop, `"${SHOP_PASSWORD}"`, "s3cret", 1), "a.yaml:5: password is a secret"},
		"a password in the URL":    {strings.Replace(shop, `"${SHOP_URL}"`, "postgres://a:s3cret@db/shop", 1), "a.yaml:5: the password in url is a secret"},
		"a variable not set":       {strings.Replace(shop, "SHOP_URL", "NO_URL", 1), "a.yaml:5: the variable NO_URL is not set"},
		"no owner":                 {strings.Replace(shop, "owner: shop-team@example.com\n", "", 1), "a.yaml:1: a system of kind sql needs an owner"},
		"an owner who is none":     {strings.Replace(shop, "shop-team@example.com", "the shop team", 1), "a.yaml:3: owner must be a mail address"},
		"a dataset not there":      {strings.Replace(shop, "sets/shop.yml", "sets/none.yml", 1), "a.yaml:6: dataset sets/none.yml cannot be read"},
		"a dataset from outside":   {strings.Replace(shop, "sets/shop.yml", "../shop.yml", 1), "a.yaml:6: a dataset is named by its path below"},
		"an action of other kinds": {strings.Replace(shop, "[find, erase]", "[find, take_down]", 1), "takes find, correct and erase"},
		"an action that is none":   {strings.Replace(shop, "[find, erase]", "[look]", 1), "a.yaml:7: an action must be one of"},
		"another driver":           {strings.Replace(shop, "postgres,", "oracle,", 1), "a.yaml:5: driver must be one of postgres, mysql, sqlite"},
		"a time that is none":      {strings.Replace(shop, "5s", "5", 1), "a.yaml:5: timeout must be a time"},
		"the same key again":       {shop, "system shop is already given in"},
		"plain HTTP":               {webhook + "webhook: {url: \"http://crm\", secret: \"${KEY}\"}", "begins with https://"},
		"a weak secret":            {webhook + "webhook: {url: \"https://crm\", secret: \"${SHOP_PASSWORD}\"}", "at least 24 bytes"},
		"no identifiers":           {strings.Replace(webhook, "identifiers: [email]\n", "", 1) + "webhook: {url: \"https://crm\", secret: \"${KEY}\"}", "needs identifiers"},
		"sql for a webhook":        {webhook + "sql: {driver: sqlite, url: x}\nwebhook: {url: \"https://crm\", secret: \"${KEY}\"}", "belong to kind sql"},
		"no key":                   {"name: x\n", "a.yaml:1: a system needs the keys system and kind"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := fstest.MapFS{"a.yaml": {Data: []byte(tt.yaml)}, "sets/shop.yml": {Data: []byte(set)}}
			if name == "the same key again" {
				dir["b.yaml"] = &fstest.MapFile{Data: []byte(shop)}
			}
			_, faults := system.Load(dir, env(nil))
			var all []string
			for _, f := range faults {
				all = append(all, f.String())
			}
			if got := strings.Join(all, "\n"); !strings.Contains(got, tt.want) || strings.Contains(got, "s3cret") {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}
