package main_test

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"habeas/internal/testbed"
)

// fidesSamples are the databases of fides with their datasets (Apache 2.0, see the
// licence beside them).
const fidesSamples = "../../fulfilment/sqlsystem/testdata/fides/"

// fidesTables are all tables of both samples that have rows.
func fidesTables() []string {
	return []string{"address", "customer", "employee", "login", "orders", "order_item", "payment_card", "product", "report", "service_request", "visit"}
}

// fidesShop is one sample with its rows, by our side of it.
type fidesShop struct {
	*sql.DB
	t           *testing.T
	driver, url string
}

// fidesPostgres loads the sample of PostgreSQL as it is.
func fidesPostgres(t *testing.T) *fidesShop {
	t.Helper()
	url := testbed.Postgres(t)
	db, err := sql.Open("pgx", url+"&default_query_exec_mode=simple_protocol")
	if err != nil {
		t.Fatal(err)
	}
	s := &fidesShop{db, t, "postgres", url}
	t.Cleanup(func() { _ = db.Close() })
	s.exec(sampleText(t, "postgres_sample.sql"))
	return s
}

// fidesMySQL loads the tables of the sample of MySQL, which come without rows, and
// the rows of the other.
func fidesMySQL(t *testing.T) *fidesShop {
	t.Helper()
	url := testbed.MySQL(t)
	s := &fidesShop{testbed.OpenMySQL(t, url), t, "mysql", url}
	t.Cleanup(func() { _ = s.Close() })
	_, tables, _ := strings.Cut(sampleText(t, "mysql_example.sql"), "USE mysql_example;")
	s.exec(tables)
	for statement := range strings.SplitSeq(sampleText(t, "postgres_sample.sql"), ";\n") {
		_, insert, found := strings.Cut(statement, "INSERT INTO public.")
		name, _, _ := strings.Cut(insert, " ")
		if !found || !slices.Contains(fidesTables(), name) {
			continue
		}
		insert = strings.NewReplacer("'$20.00'", "20", "'$50.00'", "50").Replace(insert)
		if name == "product" { // which has fewer columns there
			insert = regexp.MustCompile(`\((\d+), ('[^']*'), '[^']*', '[^']*', (\d+)\)`).ReplaceAllString(insert, "($1, $2, $3)")
		}
		s.exec("INSERT INTO " + insert)
	}
	return s
}

func sampleText(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(fidesSamples + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (s *fidesShop) exec(statements string) {
	s.t.Helper()
	if _, err := s.ExecContext(context.Background(), statements); err != nil {
		s.t.Fatalf("%.200s: %v", statements, err)
	}
}

// rows is every row of every table, as text. Amounts and flags read the same of
// both databases.
func (s *fidesShop) rows() []string {
	s.t.Helper()
	var all []string
	for _, table := range fidesTables() {
		rows, err := s.QueryContext(context.Background(), "SELECT * FROM "+table)
		if err != nil {
			s.t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			s.t.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				s.t.Fatal(err)
			}
			line := table
			for i, v := range values {
				if !v.Valid {
					v.String = "-"
				}
				line += " " + columns[i] + "=" + v.String
			}
			all = append(all, line)
		}
		if err := rows.Err(); err != nil {
			s.t.Fatal(err)
		}
		_ = rows.Close()
	}
	slices.Sort(all)
	return all
}

// folder is a directory of systems with this one.
func (s *fidesShop) folder() string {
	s.t.Helper()
	dir := s.t.TempDir()
	text := "system: shop\nname: Shop database\nowner: " + eve + "\nkind: sql\nsql: {driver: " + s.driver + ", url: '" + s.url + "'}\n" +
		"datasets: [set.yml]\nactions: [find, erase]\nbackup_days: 35\n"
	for name, content := range map[string]string{"shop.yaml": text, "set.yml": sampleText(s.t, s.driver+"_example_test_dataset.yml")} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	return dir
}

// atOnce is a policy by which an erasure is confirmed and does not cool off.
func atOnce(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../policies/data/types.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(b), "cooling_off: 3", "cooling_off: 0", 1)
	dir := t.TempDir()
	if text == string(b) || os.WriteFile(filepath.Join(dir, "types.yaml"), []byte(text), 0o600) != nil {
		t.Fatal("the policy has no cooling-off to take away")
	}
	return dir
}

// proven files a request through the portal's API, and proves its mailbox.
func proven(t *testing.T, p *program, s staff, kind, name, email string) (reference string, me client) {
	t.Helper()
	ref := p.as(t, "").call(201, "POST", "/v1/requests", object{"type": kind, "person": object{"name": name, "email": email, "country": "DE"}}).text("reference")
	code := p.mail(ref, codeMail).code(t)
	me = p.as(t, p.as(t, "").call(200, "POST", "/v1/requests/"+ref+"/verify", object{"code": code}).text("token"))
	s.agent.do(ref, "verify", object{"level": "high", "method": "staff_check"})
	s.agent.do(ref, "start", nil)
	return ref, me
}

// becomes waits for the one task of the shop to be in a state.
func becomes(s staff, reference, state string) map[string]any {
	var task map[string]any
	testbed.Eventually(s.agent.t, "the task is "+state, func() bool {
		for _, one := range s.agent.get("/v1/admin/requests/" + reference + "/tasks").items() {
			if task = one; one["system"] == "shop" {
				return one["state"] == state
			}
		}
		return false
	}, func() string { return fmt.Sprint(task) })
	return task
}

// conclude answers a request, approved by a second person.
func conclude(s staff, reference string, decision object) {
	decided := s.agent.do(reference, "decide", decision).want("state", "in_review")
	s.agent.refused(403, reference, "approve", object{"version": decided.body["version"]})
	s.manager.do(reference, "approve", object{"version": decided.body["version"]}).want("state", "closed")
}

// handedOver are the records of a package as lines, with what nobody may disclose
// as "withheld", and all of its text.
func handedOver(t *testing.T, content []byte) (lines []string, text string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Records []struct {
			Table  string
			Fields []struct {
				Name, Withheld string
				Value          *string
			}
		}
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		text += string(b)
		if f.Name == "data.json" {
			if err := json.Unmarshal(b, &data); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, one := range data.Records {
		line := one.Table[strings.LastIndex(one.Table, ".")+1:]
		slices.SortFunc(one.Fields, func(a, b struct {
			Name, Withheld string
			Value          *string
		},
		) int {
			return strings.Compare(a.Name, b.Name)
		})
		for _, f := range one.Fields {
			switch {
			case f.Withheld != "":
				line += " " + f.Name + "=withheld"
			case f.Value == nil:
				line += " " + f.Name + "=-"
			default:
				line += " " + f.Name + "=" + *f.Value
			}
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines, text
}

// johns is what the sample holds of customer 1, worked out by hand: the address of
// an order is also that of customer 2, a request of theirs has a second address
// that may be another person's, and a card number is handed to nobody.
func johns(driver string) []string {
	lines := []string{
		"address city=Exampletown house=123 id=1 state=NY street=Example Street zip=12345",
		"address city=Exampletown house=4 id=2 state=NY street=Example Lane zip=12321",
		"customer address_id=1 created=2020-04-01 11:47:42 email=customer-1@example.com id=1 name=John Customer",
		"login customer_id=1 id=1 time=2021-01-01 01:00:00", "login customer_id=1 id=2 time=2021-01-02 01:00:00", "login customer_id=1 id=3 time=2021-01-03 01:00:00",
		"login customer_id=1 id=4 time=2021-01-04 01:00:00", "login customer_id=1 id=5 time=2021-01-05 01:00:00", "login customer_id=1 id=6 time=2021-01-06 01:00:00",
		"order_item item_no=1 order_id=ord_aaa-aaa product_id=1 quantity=1", "order_item item_no=1 order_id=ord_ccc-ccc product_id=1 quantity=1",
		"order_item item_no=2 order_id=ord_ccc-ccc product_id=2 quantity=1", "order_item item_no=1 order_id=ord_ddd-ddd product_id=1 quantity=1",
		"orders customer_id=1 id=ord_aaa-aaa shipping_address_id=2", "orders customer_id=1 id=ord_ccc-ccc shipping_address_id=1", "orders customer_id=1 id=ord_ddd-ddd shipping_address_id=1",
		"payment_card billing_address_id=1 ccn=withheld code=321 customer_id=1 id=pay_aaa-aaa name=Example Card 1 preferred=true",
		"product id=1 name=The Choco Chip price=$20.00", "product id=2 name=The Almond Butter price=$20.00",
		"service_request alt_email=withheld closed=2021-01-03 email=customer-1@example.com employee_id=1 id=ser_aaa-aaa opened=2021-01-01",
		"visit email=customer-1@example.com last_visit=2021-01-06 01:00:00",
	}
	if driver == "mysql" {
		for i := range lines {
			lines[i] = strings.NewReplacer("price=$", "price=", "preferred=true", "preferred=1", "item_no=1 ", "", "item_no=2 ", "").Replace(lines[i])
		}
	}
	return lines
}

// jills are the rows of customer 2 that an erasure changes, before and after. Both
// addresses are customer 1's as well: they stay, and nothing of Jill leads there
// any more. In MySQL the table of visits has no key, so that it is never changed.
func jills(driver string) (before, after []string) {
	before = []string{
		"customer id=2 email=customer-2@example.com name=Jill Customer created=2020-04-01T11:47:42Z address_id=2",
		"login id=7 customer_id=2 time=2021-01-06T01:00:00Z",
		"orders id=ord_bbb-bbb customer_id=2 shipping_address_id=1 payment_card_id=pay_bbb-bbb",
		"payment_card id=pay_bbb-bbb name=Example Card 2 ccn=987654321 code=123 preferred=false customer_id=2 billing_address_id=1",
		"service_request id=ser_bbb-bbb email=customer-2@example.com alt_email=- opened=2021-01-04T00:00:00Z closed=- employee_id=1",
	}
	after = []string{
		"customer id=2 email=- name=- created=2020-04-01T11:47:42Z address_id=-",
		"login id=7 customer_id=2 time=-",
		"orders id=ord_bbb-bbb customer_id=2 shipping_address_id=- payment_card_id=pay_bbb-bbb",
		"payment_card id=pay_bbb-bbb name=- ccn=- code=- preferred=- customer_id=2 billing_address_id=-",
		"service_request id=ser_bbb-bbb email=- alt_email=- opened=2021-01-04T00:00:00Z closed=- employee_id=1",
	}
	if driver == "mysql" {
		for i := range before {
			before[i] = mysqlTimes(before[i])
			after[i] = mysqlTimes(after[i])
		}
		return before, after
	}
	return append(before, "visit email=customer-2@example.com last_visit=2021-01-06T01:00:00Z"), after
}

func mysqlTimes(line string) string {
	line = strings.NewReplacer("T00:00:00Z", "", "preferred=false", "preferred=0").Replace(line)
	return regexp.MustCompile(`T(\d\d:\d\d:\d\d)Z`).ReplaceAllString(line, " $1")
}

// Access for one customer and deletion for another go the whole way in the samples
// of fides: filed by the person, verified, worked on, approved by a second person,
// answered. The copy holds everything of the one and nothing of anybody else; of
// the other nothing is left but what others need, and nobody else's row is another.
func TestFidesEndToEnd(t *testing.T) {
	t.Parallel()
	for driver, load := range map[string]func(*testing.T) *fidesShop{"postgres": fidesPostgres, "mysql": fidesMySQL} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			shop := load(t)
			p := serve(t, dataDir(t), "HABEAS_SYSTEMS_DIR="+shop.folder(), "HABEAS_POLICY_DIR="+atOnce(t))
			s := hire(t, p)
			accessOfJohn(t, p, s, shop)
			deletionOfJill(t, p, s, shop)
			p.stop()
			p.noCanaries(t)
			if log := p.stderr.String(); strings.Contains(log, "customer-") || strings.Contains(log, "Customer") {
				t.Errorf("the log names a customer: %s", log)
			}
		})
	}
}

func accessOfJohn(t *testing.T, p *program, s staff, shop *fidesShop) {
	t.Helper()
	before := shop.rows()
	ref, me := proven(t, p, s, "access", "John Customer", "customer-1@example.com")
	becomes(s, ref, "done")
	file := s.agent.call(201, "POST", "/v1/admin/requests/"+ref+"/package", object{}).text("id")
	me.call(404, "GET", "/v1/requests/"+ref+"/files/"+file, nil)
	conclude(s, ref, object{"outcome": "fulfilled", "message": "Here is your copy.", "files": []string{file}})
	got, text := handedOver(t, me.get("/v1/requests/"+ref+"/package").raw)
	want := johns(shop.driver)
	slices.Sort(want)
	sameLines(t, "the copy", got, want)
	for _, others := range []string{"customer-2", "customer-3", "Jill", "jane", "Jack", "Example Place", "Example Ave", "123456789", "987654321", "customer-1-alt"} {
		if strings.Contains(text, others) {
			t.Errorf("the copy holds %q", others)
		}
	}
	sameLines(t, "the database after an access", shop.rows(), before)
}

func deletionOfJill(t *testing.T, p *program, s staff, shop *fidesShop) {
	t.Helper()
	before := shop.rows()
	ref, me := proven(t, p, s, "deletion", "Jill Customer", "customer-2@example.com")
	p.mail(ref, "Please confirm")
	p.as(t, "").call(202, "POST", "/v1/requests/"+ref+"/codes", nil)
	var codes []letter
	testbed.Eventually(t, "a second code", func() bool { codes = p.about(ref, codeMail); return len(codes) == 2 })
	if me.confirms(ref, codes[0].code(t)) != 200 && me.confirms(ref, codes[1].code(t)) != 200 { // the folder has no order
		t.Fatal("no code confirms the erasure")
	}
	s.agent.call(200, "POST", "/v1/admin/requests/"+ref+"/erasure/preview", nil)
	becomes(s, ref, "needs_review")
	shown := s.manager.get("/v1/admin/requests/" + ref + "/erasure")
	s.agent.call(403, "POST", "/v1/admin/requests/"+ref+"/erasure/approve", object{"hash": shown.text("hash")})
	sameLines(t, "the database after the preview", shop.rows(), before)
	s.manager.call(200, "POST", "/v1/admin/requests/"+ref+"/erasure/approve", object{"hash": shown.text("hash")})
	task := becomes(s, ref, "done")
	conclude(s, ref, object{"outcome": "fulfilled", "message": "It is gone."})

	after := shop.rows()
	gone, come := jills(shop.driver)
	slices.Sort(gone)
	slices.Sort(come)
	sameLines(t, "gone", missing(before, after), gone)
	sameLines(t, "in their place", missing(after, before), come)
	certified(t, me.get("/v1/requests/"+ref+"/certificate"), shop.driver, fmt.Sprint(task["outcome"]))
}

// confirms tries a code.
func (c client) confirms(reference, code string) int {
	c.t.Helper()
	a, err := c.try("POST", "/v1/requests/"+reference+"/confirm", object{"code": code})
	if err != nil {
		c.t.Fatal(err)
	}
	return a.status
}

// certified holds the certificate against what jills says became of the rows, value
// by value.
func certified(t *testing.T, a answer, driver, outcome string) {
	t.Helper()
	var c struct {
		Certificate struct {
			Systems []struct {
				Outcome          string
				Deleted, Changed int
				Erased           []struct {
					Category, Verdict string
					Count             int
				}
				Kept []struct {
					Category, Reason string
					Count            int
				}
				Looked []struct{ Remaining int }
			}
		}
	}
	if err := json.Unmarshal(a.raw, &c); err != nil || len(c.Certificate.Systems) != 1 {
		t.Fatalf("%v: %s", err, a.raw)
	}
	one := c.Certificate.Systems[0]
	var lines []string
	for _, e := range one.Erased {
		lines = append(lines, fmt.Sprintf("%s %s %d", e.Verdict, e.Category, e.Count))
	}
	for _, k := range one.Kept {
		lines = append(lines, fmt.Sprintf("kept %s %s %d", k.Category, k.Reason, k.Count))
	}
	slices.Sort(lines)
	want := []string{ // jills, counted by the categories of the dataset
		"erased  3", // her three references to shared addresses
		"erased system.operations 1", "erased user 1", "erased user.contact.email 2", "erased user.financial 2", "erased user.financial.bank_account 1",
		"erased user.name 1", "erased user.sensor 1",
		"kept user.contact.address.city shared 2", "kept user.contact.address.postal_code shared 2", "kept user.contact.address.state shared 2",
		"kept user.contact.address.street shared 4", "kept user.unique_id joins_rows 5",
	}
	deleted := 1
	if driver == "mysql" { // where the visit stays
		deleted, want[3] = 0, "erased user.contact.email 1"
		want = append(want, "kept user.contact.email no_key 1")
		slices.Sort(want)
	}
	sameLines(t, "the certificate", lines, want)
	if one.Deleted != deleted || one.Changed != 5 || one.Outcome != "partly" || one.Outcome != outcome || len(one.Looked) != 1 || one.Looked[0].Remaining != 0 {
		t.Errorf("certified is %+v", one)
	}
}

// missing are the lines of a that b does not have.
func missing(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(line string) bool { return slices.Contains(b, line) })
}

func sameLines(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: too much\n%s\nand too little\n%s", what, strings.Join(missing(got, want), "\n"), strings.Join(missing(want, got), "\n"))
	}
}
