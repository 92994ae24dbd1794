package main_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"habeas/fulfilment/conformance"
	"habeas/internal/testbed"
)

// A death is what ends at the COMMIT of a system, and whether the COMMIT was done
// by then.
type death struct {
	name  string
	after bool
	whose string // "ours", "line" or "server"
}

func deaths(server bool) []death {
	all := []death{
		{"we die before it", false, "ours"},
		{"we die after it", true, "ours"},
		{"the line is cut before it", false, "line"},
		{"the line is cut after it", true, "line"},
	}
	if server {
		all = append(all, death{"the server dies before it", false, "server"}, death{"the server dies after it", true, "server"})
	}
	return all
}

const mortalDataset = `dataset:
  - fides_key: shop
    collections:
      - name: person
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name]}
      - name: purchase
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person_id, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: person.id, direction: from}]}}
          - {name: note, data_categories: [user.behavior]}
`

// mortalShop is a database that counts how often each row was changed, behind lines
// that can be cut at a COMMIT.
type mortalShop struct {
	*sql.DB
	t      *testing.T
	server *testbed.PostgresServer // nil: shared with other tests
	cuts   map[bool]*conformance.Cutter
	dir    string
}

func newMortalShop(t *testing.T, driver string, persons int) *mortalShop {
	t.Helper()
	s := &mortalShop{t: t, cuts: map[bool]*conformance.Cutter{}, dir: t.TempDir()}
	var address string
	mark, trigger := "COMMIT\x00", "CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changes := OLD.changes + 1; RETURN NEW; END $$;"
	each := "CREATE TRIGGER counted_%[1]s BEFORE UPDATE ON %[1]s FOR EACH ROW EXECUTE FUNCTION counted();"
	var err error
	if driver == "postgres" {
		s.server = testbed.OwnPostgres(t)
		address = s.server.URL()
		s.DB, err = sql.Open("pgx", address+"&default_query_exec_mode=simple_protocol")
	} else {
		address, mark, trigger = testbed.MySQL(t), "\x03COMMIT", ""
		each = "CREATE TRIGGER counted_%[1]s BEFORE UPDATE ON %[1]s FOR EACH ROW SET NEW.changes = OLD.changes + 1;"
		s.DB = testbed.OpenMySQL(t, address)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	script := "CREATE TABLE person (id INT PRIMARY KEY, email VARCHAR(100), name VARCHAR(100), changes INT NOT NULL DEFAULT 0);" +
		"CREATE TABLE purchase (id INT PRIMARY KEY, person_id INT, note VARCHAR(100), changes INT NOT NULL DEFAULT 0);" +
		"CREATE INDEX of_person ON purchase (person_id);" + trigger + fmt.Sprintf(each, "person") + fmt.Sprintf(each, "purchase")
	for i := range persons {
		script += fmt.Sprintf("INSERT INTO person (id, email, name) VALUES (%[1]d, 'p%[1]d@example.org', 'Person %[1]d');"+
			"INSERT INTO purchase (id, person_id, note) VALUES (%[2]d, %[1]d, 'a gift'), (%[3]d, %[1]d, 'a book');", i, 2*i, 2*i+1)
	}
	if _, err := s.ExecContext(t.Context(), script); err != nil {
		t.Fatal(err)
	}
	s.write("shop_dataset.yml", mortalDataset)
	for _, after := range []bool{false, true} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		s.cuts[after] = conformance.NewCutter(t, u.Host, mark, after)
		u.Host = s.cuts[after].Address()
		key := fmt.Sprintf("shop_%t", after)
		s.write(key+".yaml", "system: "+key+"\nname: Shop\nowner: "+eve+"\nkind: sql\nsql: {driver: "+driver+", url: '"+u.String()+"'}\ndatasets: [shop_dataset.yml]\nactions: [erase]\n")
	}
	return s
}

func (s *mortalShop) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// rows are those of a person, or of everybody else.
func (s *mortalShop) rows(person int, others bool) []string {
	s.t.Helper()
	is := "="
	if others {
		is = "<>"
	}
	rows, err := s.QueryContext(context.Background(), fmt.Sprintf(`SELECT 'person', id, coalesce(email, '-'), coalesce(name, '-'), changes FROM person WHERE id %[1]s %[2]d
		UNION ALL SELECT 'purchase', person_id, '', coalesce(note, '-'), changes FROM purchase WHERE person_id %[1]s %[2]d`, is, person))
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var table, email, text string
		var id, changes int
		if err := rows.Scan(&table, &id, &email, &text, &changes); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, fmt.Sprint(table, " ", id, " ", email, " ", text, " ", changes))
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// Whoever dies around the COMMIT of a system, and whether it was done: there is one
// receipt for it, and it was applied once, whole, to nobody else.
func TestADeathAroundTheCommitOfASystem(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"postgres", "mysql"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			all := deaths(driver == "postgres")
			rounds := testbed.Soak(1, 1000/(2*len(all)))
			shop := newMortalShop(t, driver, rounds*len(all)+1)
			p := serve(t, dataDir(t), "HABEAS_SYSTEMS_DIR="+shop.dir)
			s := hire(t, p)
			for round := range rounds {
				for i, d := range all {
					shop.dies(p, s, d, round*len(all)+i)
				}
			}
		})
	}
}

// dies erases a person over the line that ends as the death says.
func (s *mortalShop) dies(p *program, by staff, d death, person int) {
	s.t.Helper()
	system := fmt.Sprintf("shop_%t", d.after)
	ref := by.agent.call(201, "POST", "/v1/admin/requests", object{
		"type": "deletion", "channel": "letter", "person": object{"name": "Robin Vale", "email": fmt.Sprintf("p%d@example.org", person), "country": "DE"},
	}).text("reference")
	by.agent.do(ref, "verify", object{"level": "high", "method": "staff_check"})
	task := s.taskOf(by, ref, system)
	by.agent.call(200, "POST", "/v1/admin/tasks/"+task.text("id")+"/run", object{"preview": true})
	testbed.Eventually(s.t, d.name+": a preview", func() bool { return s.taskOf(by, ref, system).text("state") == "needs_review" })
	others := s.rows(person, true)

	cut, reached, go_ := s.cuts[d.after], make(chan struct{}), make(chan struct{})
	cut.At = func() { close(reached); <-go_ }
	cut.Arm()
	by.manager.call(200, "POST", "/v1/admin/tasks/"+task.text("id")+"/approve-preview", object{"hash": s.taskOf(by, ref, system).body["preview"]})
	select {
	case <-reached:
	case <-time.After(testbed.Patience()):
		s.t.Fatalf("%s: nobody commits", d.name)
	}
	switch d.whose {
	case "ours":
		p.kill()
	case "server":
		s.server.Kill()
	}
	close(go_)
	switch d.whose {
	case "ours":
		p.takeUp(s.t, "taken_at = NULL, run_at = created_at")
		p.start()
	case "server":
		s.server.Start()
	}
	var now answer
	testbed.Eventually(s.t, d.name+": done", func() bool {
		if now = s.taskOf(by, ref, system); now.text("state") == "done" {
			return true
		}
		p.takeUp(s.t, "run_at = created_at")
		return false
	}, func() string { return string(now.raw) })

	want := []string{
		fmt.Sprintf("person %d - - 1", person),
		fmt.Sprintf("purchase %d  - 1", person), fmt.Sprintf("purchase %d  - 1", person),
	}
	sameLines(s.t, d.name, s.rows(person, false), want)
	sameLines(s.t, d.name+", others", s.rows(person, true), others)
	s.oneReceipt(by, ref, system, d)
}

// oneReceipt wants one receipt, which says whether the first try had done it.
func (s *mortalShop) oneReceipt(by staff, ref, system string, d death) {
	s.t.Helper()
	var shown struct {
		Systems []struct {
			Task    struct{ System string }
			Receipt *struct {
				Again  bool
				Tables []struct{ Updated, Deleted int }
				After  *struct{ Remaining int }
			}
		}
	}
	if err := json.Unmarshal(by.agent.get("/v1/admin/requests/"+ref+"/erasure").raw, &shown); err != nil {
		s.t.Fatal(err)
	}
	n := 0
	for _, one := range shown.Systems {
		if one.Task.System != system || one.Receipt == nil {
			continue
		}
		n++
		changed := 0
		for _, table := range one.Receipt.Tables {
			changed += table.Updated + table.Deleted
		}
		if one.Receipt.Again != d.after || changed != 3 || one.Receipt.After == nil || one.Receipt.After.Remaining != 0 {
			s.t.Errorf("%s: the receipt is %+v", d.name, one.Receipt)
		}
	}
	carried := 0
	for _, e := range by.agent.get("/v1/admin/requests/" + ref + "/events").items() {
		if e["kind"] == "task_done" {
			carried++
		}
	}
	if n != 1 || carried != 1 {
		s.t.Errorf("%s: there are %d receipts, and %d events", d.name, n, carried)
	}
}

// taskOf is the task of a request in a system.
func (s *mortalShop) taskOf(by staff, ref, system string) answer {
	s.t.Helper()
	all := by.agent.get("/v1/admin/requests/" + ref + "/tasks")
	for _, one := range all.items() {
		if one["system"] == system {
			all.body = one
			return all
		}
	}
	s.t.Fatalf("%s has no task of %s: %s", ref, system, all.raw)
	return all
}

// takeUp has the calls of systems made now that wait for another try.
func (p *program) takeUp(t *testing.T, set string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(p.dir, "habeas.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE jobs SET "+set+" WHERE kind = 'run_task' AND state = 'pending'"); err != nil {
		t.Fatal(err)
	}
}
