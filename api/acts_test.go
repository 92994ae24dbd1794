package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"habeas/api/apitest"
	"habeas/migrations"
	"habeas/models"
	"habeas/workflows"
)

// onBoth runs a test over the API on both databases.
func onBoth(t *testing.T, test func(*testing.T, *bed)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range []string{migrations.SQLite, migrations.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			test(t, newBedOn(t, dialect))
		})
	}
}

func access(o object) { o["type"] = "access" }

// wantProblem wants an answer to be a problem with a code.
func wantProblem(t *testing.T, what string, r *apitest.Response, code models.Code) {
	t.Helper()
	if r.StatusCode < 400 || !strings.HasSuffix(r.Problem(t).Type, ":"+string(code)) {
		t.Errorf("%s answered %d: %s; want %s", what, r.StatusCode, r.Content, code)
	}
}

// attached adds a file as staff and returns its id; internal "" leaves that out.
func (b *bed) attached(reference, internal string) (string, *apitest.Response) {
	b.t.Helper()
	fields := map[string]string{}
	if internal != "" {
		fields["internal"] = internal
	}
	r := b.form("/v1/admin/requests/"+reference+"/files", b.tokens[models.RoleAgent], "copy.txt", []byte("A violet copy."), fields)
	var f struct{ ID string }
	if r.StatusCode == http.StatusCreated {
		r.JSON(b.t, &f)
	}
	return f.ID, r
}

// A file that staff add is the requester's once an answer with it is approved by
// another person, and not before: neither below the level, nor by sharing it.
func TestAFileOfStaffGoesOutWithTheApprovedAnswerAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		reference := b.submit(access)
		_, r := b.attached(reference, "false")
		wantProblem(t, "sharing it with nobody knows whom", r, models.CodeUnverified)
		own, token := "/v1/requests/"+reference+"/files", b.prove(reference)
		_, r = b.attached(reference, "false")
		wantProblem(t, "sharing it below the level", r, models.CodeUnverified)
		b.work(reference)
		_, r = b.attached(reference, "false")
		wantProblem(t, "sharing what another person approves", r, models.CodeOtherPerson)
		id, _ := b.attached(reference, "")
		seen := func() bool {
			list := b.want(200, b.Send(http.MethodGet, own, nil, apitest.Bearer(token)))
			one := b.Send(http.MethodGet, own+"/"+id, nil, apitest.Bearer(token))
			if listed := strings.Contains(string(list.Content), id); listed != (one.StatusCode == http.StatusOK) {
				t.Errorf("listed: %t, read: %d", listed, one.StatusCode)
			}
			return one.StatusCode == http.StatusOK
		}
		if seen() {
			t.Error("a file of staff is shown that nobody shared")
		}
		b.do(models.RoleAgent, reference, "decide", object{"outcome": "fulfilled", "message": "Here it is.", "files": []string{id}})
		if seen() {
			t.Error("a file is shown that is only proposed")
		}
		approve := object{"version": b.version(reference)}
		wantProblem(t, "approving one's own", b.give(models.RoleAgent, reference, "approve", approve)(), models.CodeOtherPerson)
		if seen() {
			t.Error("a file is shown whose approval was refused")
		}
		b.do(models.RoleManager, reference, "approve", approve)
		if !seen() {
			t.Error("the requester does not get the file of the answer")
		}
	})
}

// Whoever made or approved the answer that is appealed reads and notes, and does
// nothing else with the request that anybody may do now.
func TestWhoIsBarredDoesNothingByTheAPI(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		reference, token := b.answered()
		b.want(200, b.Send(http.MethodPost, "/v1/requests/"+reference+"/appeal", object{"text": "I object."}, apitest.Bearer(token)))
		other := b.submit(b.twin())
		bodies := map[workflows.CommandName]object{
			"verify": {"level": "high", "method": "staff_check"}, "assign": {"assignee": "me"}, "ask": {"message": "m"}, "reply": {"message": "m"},
			"extend": {"reason": "r"}, "decide": {"outcome": "no_data", "message": "m"}, "approve": {"version": b.version(reference)}, "return": {"reason": "r"},
			"reopen": {"reason": "r"}, "merge": {"into": other}, "classify": {"type": "access"}, "requester": {"name": "N", "email": "n@example.com"},
			"delete-file": {"file": "f", "reason": "mistake"}, "move": {"mail": newID(), "into": other},
		}
		before := b.request(reference)
		for _, role := range []models.Role{models.RoleAgent, models.RoleManager} {
			for _, name := range workflows.StaffCommands() {
				if name == workflows.CommandNote {
					continue
				}
				var body any
				if given, ok := bodies[name]; ok {
					body = given
				}
				r := b.as(role, http.MethodPost, "/v1/admin/requests/"+reference+"/"+string(name), body)
				if r.StatusCode != http.StatusForbidden && r.StatusCode != http.StatusConflict && r.StatusCode != http.StatusUnprocessableEntity {
					t.Errorf("%s by the barred %s answered %d: %s", name, role, r.StatusCode, r.Content)
				}
				if strings.Contains(string(r.Content), `"state"`) {
					t.Errorf("%s by the barred %s shows the request: %s", name, role, r.Content)
				}
			}
			for _, at := range []string{"tasks", "erasure/preview", "erasure/look-again", "package"} {
				body := object{}
				if at == "tasks" {
					body = object{"system": "paper", "action": "erase"}
				}
				if r := b.as(role, http.MethodPost, "/v1/admin/requests/"+reference+"/"+at, body); r.StatusCode < 400 {
					t.Errorf("%s by the barred %s answered %d: %s", at, role, r.StatusCode, r.Content)
				}
			}
			r := b.form("/v1/admin/requests/"+reference+"/files", b.tokens[role], "a.txt", []byte("a text"), nil)
			wantProblem(t, "adding a file", r, models.CodeOtherPerson)
			held := b.hold("nobody", "It is about "+string(role))
			wantProblem(t, "putting a mail into it", b.as(role, http.MethodPost, "/v1/admin/mail/"+held+"/attach", object{"reference": reference}), models.CodeOtherPerson)
			b.want(200, b.as(role, http.MethodGet, "/v1/admin/requests/"+reference, nil))
			b.do(role, reference, "note", object{"text": "For whoever decides."})
		}
		if after := b.request(reference); after.Version != before.Version || after.State != before.State {
			t.Errorf("it is %s at version %d, and was %s at %d", after.State, after.Version, before.State, before.Version)
		}
		// Neither do they end it by way of another request.
		wantProblem(t, "merging another into it", b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+other+"/merge", object{"into": reference}), models.CodeOtherPerson)
		b.do(models.RoleAdmin, reference, "start", nil)
	})
}

// Whatever ends a proved request, or makes less of it, is for two people, each of
// whom came in by themselves.
func TestWhatEndsAProvedRequestIsForTwoByTheAPI(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		person := b.twin()
		ends := map[string]func() any{
			"mark-spam": func() any { return nil },
			"decide":    func() any { return object{"outcome": "no_data", "message": "Nothing."} },
			"merge": func() any {
				into, _ := b.session(access, person)
				b.work(into)
				return object{"into": into}
			},
		}
		for command, body := range ends {
			reference, _ := b.session(access, person)
			b.work(reference)
			b.do(models.RoleAdmin, reference, command, body())
			if r := b.request(reference); r.State != models.StateInReview {
				t.Errorf("%s by one person alone: it is %s %s", command, r.State, r.Outcome)
				continue
			}
			read := object{"version": b.version(reference)}
			// A token that the proposer makes for somebody else is the proposer's.
			var made struct{ Token string }
			b.want(201, b.as(models.RoleAdmin, http.MethodPost, "/v1/admin/tokens", object{"name": "Second " + command, "role": "manager"})).JSON(t, &made)
			if made.Token == "" {
				t.Fatal("no token was made")
			}
			path := "/v1/admin/requests/" + reference + "/approve"
			wantProblem(t, command+": a token of the proposer", b.Send(http.MethodPost, path, read, apitest.Bearer(made.Token)), models.CodeOtherPerson)
			wantProblem(t, command+": the proposer", b.as(models.RoleAdmin, http.MethodPost, path, read), models.CodeOtherPerson)
			wantProblem(t, command+": what nobody named", b.as(models.RoleManager, http.MethodPost, path, object{}), models.CodeInvalid)
			wantProblem(t, command+": what was before", b.as(models.RoleManager, http.MethodPost, path, object{"version": b.version(reference) - 1}), models.CodeStale)
			b.want(200, b.as(models.RoleManager, http.MethodPost, path, read))
			if r := b.request(reference); r.State != models.StateClosed || r.Decision.ApprovedBy == "" {
				t.Errorf("%s, approved: it is %s, by %q and %q", command, r.State, r.Decision.By, r.Decision.ApprovedBy)
			}
		}

		mailed := b.take("robin-"+newID()+"@example.org", "My data", "Please send me a copy of all my personal data. It is about the violet lamp.").Reference
		b.prove(mailed)
		b.do(models.RoleAgent, mailed, "classify", object{"type": "question"})
		if r := b.request(mailed); r.State != models.StateInReview || r.Type != models.TypeAccess {
			t.Errorf("one person alone made it %s, %s", r.Type, r.State)
		}
		b.do(models.RoleManager, mailed, "approve", nil)
		told := slices.ContainsFunc(b.mails(mailed), func(m models.Message) bool {
			l, ok := m.Letter.(*models.ReclassifiedLetter)
			return ok && strings.Contains(l.Words, "violet lamp")
		})
		if r := b.request(mailed); r.Type != models.TypeQuestion || !told {
			t.Errorf("it is %s, and the requester was told so beside their words: %t", r.Type, told)
		}
	})
}

// Who says of themselves that they are the parent proves their own mailbox, and
// gets nothing until staff have recorded a proof of the authority. The person hears
// of it at an address of their own.
func TestAClaimOfAuthorityGivesNothingByTheAPI(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for _, role := range []string{"parent", "guardian"} {
			child := "child-" + newID() + "@example.org"
			reference, token := b.session(access, func(o object) {
				o["person"] = object{"name": "Robin Vale", "email": child, "country": "US", "region": "CA"}
				o["on_behalf"] = object{"role": role, "name": "Pat Vale", "email": "pat-" + newID() + "@example.org", "authority": "I am."}
			})
			named := slices.ContainsFunc(b.mails(reference), func(m models.Message) bool { return m.Audience == models.ToNamed })
			if !named {
				t.Errorf("%s: the person does not hear of it", role)
			}
			b.work(reference)
			_, r := b.attached(reference, "false")
			wantProblem(t, role+": sharing a file", r, models.CodeUnverified)
			id, _ := b.attached(reference, "")
			give := object{"outcome": "fulfilled", "message": "Here it is.", "files": []string{id}}
			wantProblem(t, role+": answering", b.give(models.RoleAgent, reference, "decide", give)(), models.CodeUnverified)
			b.do(models.RoleAgent, reference, "verify", object{"of": "authority", "level": "mailbox", "method": "signed_declaration"})
			wantProblem(t, role+": with too weak a proof", b.give(models.RoleAgent, reference, "decide", give)(), models.CodeUnverified)
			b.do(models.RoleAgent, reference, "verify", object{"of": "authority", "level": "high", "method": "signed_declaration"})
			b.do(models.RoleAgent, reference, "decide", give)
			b.do(models.RoleManager, reference, "approve", nil)
			b.want(200, b.Send(http.MethodGet, "/v1/requests/"+reference+"/files/"+id, nil, apitest.Bearer(token)))
		}
		// An agent gets nothing at all: the person proves their mailbox, and is written to.
		reference := b.submit(access, func(o object) {
			o["on_behalf"] = object{"role": "agent", "name": "Pat Vale", "email": "pat-" + newID() + "@example.org", "authority": "I am."}
		})
		if r := b.request(reference); r.Mailbox() != r.Person.Email || r.NamedMailbox() != "" {
			t.Errorf("the agent is written to at %s", r.Mailbox())
		}
	})
}

// Nothing in the log, in an export or in the database in clear lets anybody forge a
// notice, or tells what somebody typed where it does not belong.
func TestNothingInClearForgesOrTells(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		reference := b.submit(func(o object) { o["locale"] = "de-violet-lamp" })
		mail := b.mails(reference)[0]
		_, err := b.service.Cases.Notify(t.Context(), workflows.DeliveryNotification{
			Kind: workflows.NotificationFailed, MailIDs: []string{mail.MailID}, Words: "550 no violet lamp here",
		})
		if models.CodeOf(err) != models.CodeNotFound || b.request(reference).Unreachable {
			t.Errorf("a bounce by Message-ID alone counts: %v", err)
		}
		_, err = b.service.Cases.Notify(t.Context(), workflows.DeliveryNotification{
			Kind: workflows.NotificationFailed, Reference: reference, Message: mail.ID[28:], Words: "550 5.1.1 no violet lamp here",
		})
		must(t, err)
		if r := b.request(reference); !r.Unreachable || r.Locale != "de" {
			t.Errorf("unreachable: %t, in %q", r.Unreachable, r.Locale)
		}
		id, _, _ := strings.Cut(mail.MailID, "@")
		for _, path := range []string{
			"/v1/admin/requests/" + reference + "/events", "/v1/admin/exports/events?format=jsonl", "/v1/admin/exports/events?format=csv",
			"/v1/admin/exports/requests?format=jsonl", "/v1/admin/exports/requests?format=csv",
		} {
			text := string(b.want(200, b.as(models.RoleAuditor, http.MethodGet, path, nil)).Content)
			if !strings.Contains(text, reference) {
				t.Errorf("%s does not tell of the request: this proves nothing", path)
			}
			for _, word := range []string{id, mail.MailID, "violet", "lamp"} {
				if strings.Contains(text, word) {
					t.Errorf("%s holds %q", path, word)
				}
			}
		}
		if b.raw == nil {
			return
		}
		for _, table := range b.tables() {
			rows, err := b.raw.Query("SELECT * FROM " + table)
			must(t, err)
			columns, err := rows.Columns()
			must(t, err)
			for rows.Next() {
				values, at := make([]any, len(columns)), make([]any, len(columns))
				for i := range values {
					at[i] = &values[i]
				}
				must(t, rows.Scan(at...))
				for i, v := range values {
					var text string
					switch v := v.(type) {
					case string:
						text = v
					case []byte:
						text = string(v)
					}
					if strings.Contains(text, "violet") || strings.Contains(text, mail.MailID) {
						t.Errorf("%s.%s holds %q", table, columns[i], text)
					}
				}
			}
			must(t, rows.Err())
			must(t, rows.Close())
		}
	})
}
