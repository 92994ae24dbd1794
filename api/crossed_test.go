package api_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"

	"habeas/api/apitest"
	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
)

// crossed is what two people do about a request at the same moment.
type crossed struct {
	about string // the reference
	acts  [2]func() *apitest.Response
	// holds says what is wrong with what came of it; done are the acts that were.
	holds func(r models.Request, done [2]bool) string
}

const oneOnly = "exactly one of them is done"

// TestTwoPeopleAtOnce has two people act on one request at the same moment, on
// both databases. What comes of it is what the gate allows of one after the
// other: each effect once, no fault of ours, and the log tells all of it.
func TestTwoPeopleAtOnce(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{migrations.SQLite, migrations.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			b := newBedOn(t, dialect)
			for name, make := range crossings() {
				for range testbed.Soak(2, 100) {
					c := make(b)
					var answers [2]*apitest.Response
					var ready, both sync.WaitGroup
					ready.Add(len(c.acts))
					for i, act := range c.acts {
						both.Go(func() {
							ready.Done()
							ready.Wait()
							answers[i] = act()
						})
					}
					both.Wait()
					b.judge(t, name, c, answers)
				}
			}
		})
	}
}

// judge looks at what came of two acts.
func (b *bed) judge(t *testing.T, name string, c crossed, answers [2]*apitest.Response) {
	t.Helper()
	var done [2]bool
	for i, a := range answers {
		done[i] = a.StatusCode < 300
		if !done[i] && (a.StatusCode < 400 || a.StatusCode >= 500) {
			t.Errorf("%s: %s answered %d: %s", name, a.Request.URL.Path, a.StatusCode, a.Content)
		}
	}
	r, err := b.store.Find(context.Background(), c.about)
	must(t, err)
	if wrong := c.holds(r, done); wrong != "" {
		t.Errorf("%s: %s; answered %d, %d, and it is %s %s at version %d",
			name, wrong, answers[0].StatusCode, answers[1].StatusCode, r.State, r.Outcome, r.Version)
	}
	b.told(t, name, r)
}

// told checks that the log of a request tells its facts, that no version is there
// twice, and that it was answered as often as it was closed with an answer.
func (b *bed) told(t *testing.T, name string, r models.Request) {
	t.Helper()
	events, err := b.store.Events(context.Background(), r.ID)
	must(t, err)
	var facts models.Facts
	version, answers := 0, 0
	for _, e := range events {
		facts = facts.With(e.Change)
		if e.Version != 0 && e.Version != version && e.Version != version+1 {
			t.Errorf("%s: the event %s has the version %d after %d", name, e.Kind, e.Version, version)
		}
		version = max(version, e.Version)
		if e.To == models.StateClosed && e.From != models.StateClosed && slices.Contains(models.Decidable(), models.Outcome(e.Detail["outcome"])) {
			answers++
		}
	}
	if version != r.Version || !bytes.Equal(models.CanonicalJSON(facts), models.CanonicalJSON(r.Facts)) {
		t.Errorf("%s: the log leads to version %d and %+v, the row is at %d with %+v", name, version, facts, r.Version, r.Facts)
	}
	if got := b.letters(r.Reference, "answer_"); got != answers {
		t.Errorf("%s: %d answers were mailed, and it was answered %d times", name, got, answers)
	}
}

// letters counts the mails of a request whose template begins so.
func (b *bed) letters(reference, template string) (n int) {
	b.t.Helper()
	for _, m := range b.mails(reference) {
		if m.Letter != nil && m.Direction == models.Outgoing && len(m.Letter.Template()) >= len(template) && m.Letter.Template()[:len(template)] == template {
			n++
		}
	}
	return n
}

// give is a command of staff, to be given later.
func (b *bed) give(role models.Role, reference, command string, body any) func() *apitest.Response {
	return func() *apitest.Response {
		return b.as(role, http.MethodPost, "/v1/admin/requests/"+reference+"/"+command, body)
	}
}

// own is a command of the requester, to be given later.
func (b *bed) own(reference, token, command string, body any) func() *apitest.Response {
	return func() *apitest.Response {
		return b.Send(http.MethodPost, "/v1/requests/"+reference+"/"+command, body, apitest.Bearer(token))
	}
}

// proposed is a request whose denial waits for approval, at a version.
func (b *bed) proposed() (reference, token string, version int) {
	b.t.Helper()
	reference, token = b.session()
	b.work(reference)
	b.do(models.RoleAgent, reference, "decide", denial("The first words."))
	return reference, token, b.version(reference)
}

func denial(message string) object {
	return object{"outcome": "denied", "message": message, "reasons": []object{{"code": "legal_obligation"}}}
}

// answered is a request that was denied, by two people.
func (b *bed) answered() (reference, token string) {
	b.t.Helper()
	reference, token, version := b.proposed()
	b.do(models.RoleManager, reference, "approve", object{"version": version})
	return reference, token
}

// one holds where exactly one of two acts is done.
func one(_ models.Request, done [2]bool) string {
	if done[0] == done[1] {
		return oneOnly
	}
	return ""
}

// both holds where both are done, in either order.
func both(_ models.Request, done [2]bool) string {
	if !done[0] || !done[1] {
		return "both are possible, one after the other"
	}
	return ""
}

// crossings are pairs of acts, each with a request of its own.
func crossings() map[string]func(b *bed) crossed {
	const agent, manager, admin = models.RoleAgent, models.RoleManager, models.RoleAdmin
	type acts = [2]func() *apitest.Response
	return map[string]func(b *bed) crossed{
		"both start it": func(b *bed) crossed {
			ref, _ := b.session()
			return crossed{ref, acts{b.give(agent, ref, "start", nil), b.give(manager, ref, "start", nil)}, one}
		},
		"both decide": func(b *bed) crossed {
			ref, _ := b.session()
			b.work(ref)
			return crossed{ref, acts{b.give(agent, ref, "decide", denial("One.")), b.give(manager, ref, "decide", denial("Two."))}, one}
		},
		"both approve": func(b *bed) crossed {
			ref, _, version := b.proposed()
			approve := object{"version": version}
			return crossed{ref, acts{b.give(manager, ref, "approve", approve), b.give(admin, ref, "approve", approve)}, one}
		},
		"one approves, the other sends it back": func(b *bed) crossed {
			ref, _, version := b.proposed()
			return crossed{
				ref,
				acts{b.give(manager, ref, "approve", object{"version": version}), b.give(admin, ref, "return", object{"reason": "r"})},
				func(r models.Request, done [2]bool) string {
					if done[0] != (r.State == models.StateClosed) {
						return "it is closed only where the approval came first"
					}
					return one(r, done)
				},
			}
		},
		"one approves, the other swaps the text": func(b *bed) crossed {
			ref, _, version := b.proposed()
			swap := func() *apitest.Response {
				if r := b.give(agent, ref, "return", object{"reason": "r"})(); r.StatusCode != http.StatusOK {
					return r
				}
				return b.give(agent, ref, "decide", denial("Swapped words."))()
			}
			return crossed{
				ref,
				acts{b.give(manager, ref, "approve", object{"version": version}), swap},
				func(r models.Request, done [2]bool) string {
					if done[0] && r.Answer.Text != "The first words." {
						return "what was approved is not what was read: " + r.Answer.Text
					}
					return one(r, done)
				},
			}
		},
		"one approves, the other assigns": func(b *bed) crossed {
			ref, _, version := b.proposed()
			return crossed{
				ref,
				acts{b.give(manager, ref, "approve", object{"version": version}), b.give(admin, ref, "assign", object{"assignee": "me"})},
				func(r models.Request, done [2]bool) string {
					if !done[0] || r.State != models.StateClosed {
						return "who has it does not change what was read"
					}
					return ""
				},
			}
		},
		"one approves, the requester withdraws": func(b *bed) crossed {
			ref, token, version := b.proposed()
			return crossed{
				ref,
				acts{b.give(manager, ref, "approve", object{"version": version}), b.own(ref, token, "withdraw", nil)},
				func(r models.Request, done [2]bool) string {
					if (r.Outcome == models.OutcomeDenied) != done[0] || (r.Outcome == models.OutcomeWithdrawn) != done[1] {
						return "it ended otherwise than its winner says"
					}
					return one(r, done)
				},
			}
		},
		"one decides, the requester withdraws": func(b *bed) crossed {
			ref, token := b.session()
			b.work(ref)
			return crossed{
				ref,
				acts{b.give(agent, ref, "decide", denial("No.")), b.own(ref, token, "withdraw", nil)},
				func(r models.Request, done [2]bool) string {
					if !done[1] || r.Outcome != models.OutcomeWithdrawn {
						return "a proposal does not keep the requester"
					}
					return ""
				},
			}
		},
		"one decides, the other shares a file": func(b *bed) crossed {
			ref, _ := b.session(corrections)
			b.work(ref)
			share := func() *apitest.Response {
				return b.form("/v1/admin/requests/"+ref+"/files", b.tokens[manager], "copy.txt", []byte("A copy."), map[string]string{"internal": "false"})
			}
			return crossed{ref, acts{b.give(agent, ref, "decide", object{"outcome": "fulfilled", "message": "Done."}), share}, both}
		},
		"one decides with a file, the other deletes it": func(b *bed) crossed {
			ref, _ := b.session()
			b.work(ref)
			var f struct{ ID string }
			b.want(201, b.form("/v1/admin/requests/"+ref+"/files", b.tokens[agent], "copy.txt", []byte("A copy."), nil)).JSON(b.t, &f)
			deny := denial("No.")
			deny["files"] = []string{f.ID}
			return crossed{ref, acts{b.give(agent, ref, "decide", deny), b.give(manager, ref, "delete-file", object{"file": f.ID, "reason": "mistake"})}, one}
		},
		"both delete a file": func(b *bed) crossed {
			ref, _ := b.session()
			var f struct{ ID string }
			b.want(201, b.form("/v1/admin/requests/"+ref+"/files", b.tokens[agent], "copy.txt", []byte("A copy."), nil)).JSON(b.t, &f)
			gone := object{"file": f.ID, "reason": "mistake"}
			return crossed{ref, acts{b.give(agent, ref, "delete-file", gone), b.give(manager, ref, "delete-file", gone)}, one}
		},
		"one asks for approval, the other merges something into it": func(b *bed) crossed {
			person := b.twin()
			ref, _ := b.session(person)
			b.work(ref)
			gone := b.submit(person)
			return crossed{
				ref,
				acts{b.give(agent, ref, "decide", denial("No.")), b.give(manager, gone, "merge", object{"into": ref})},
				func(r models.Request, done [2]bool) string {
					if done[1] != slices.Contains(r.Absorbed, gone) {
						return "the duplicate is merged and not told of"
					}
					return both(r, done)
				},
			}
		},
		"one merges, the other ends what it is merged into": func(b *bed) crossed {
			person := b.twin()
			ref, gone := b.submit(person), b.submit(person)
			return crossed{
				ref,
				acts{b.give(agent, ref, "mark-spam", nil), b.give(manager, gone, "merge", object{"into": ref})},
				func(r models.Request, done [2]bool) string {
					if !done[0] || done[1] != slices.Contains(r.Absorbed, gone) {
						return "the duplicate went into what was closed"
					}
					return ""
				},
			}
		},
		"one merges, the other ends what is merged": func(b *bed) crossed {
			person := b.twin()
			ref, into := b.submit(person), b.submit(person)
			return crossed{
				ref,
				acts{b.give(agent, ref, "mark-spam", nil), b.give(manager, ref, "merge", object{"into": into})},
				func(r models.Request, done [2]bool) string {
					if (r.MergedInto == into) != done[1] || (r.Outcome == models.OutcomeSpam) != done[0] {
						return "it ended otherwise than its winner says"
					}
					return one(r, done)
				},
			}
		},
		"both classify it": func(b *bed) crossed {
			ref := b.take("robin-"+newID()+"@example.org", "Hello", "It is about the thing we talked about. What now?").Reference
			return crossed{ref, acts{b.give(agent, ref, "classify", object{"type": "access"}), b.give(manager, ref, "classify", object{"type": "deletion"})}, both}
		},
		"one classifies, the other decides": func(b *bed) crossed {
			ref := b.take("robin-"+newID()+"@example.org", "My data", "Please send me a copy of all my personal data.").Reference
			b.work(ref)
			return crossed{
				ref,
				acts{b.give(agent, ref, "classify", object{"type": "deletion"}), b.give(manager, ref, "decide", object{"outcome": "no_data", "message": "m"})},
				func(r models.Request, done [2]bool) string {
					if r.State != models.StateInReview || r.Proposal.Type != "" && done[1] {
						return "of two proposals one waits"
					}
					return one(r, done)
				},
			}
		},
		"both extend it": func(b *bed) crossed {
			ref, _ := b.session()
			b.work(ref)
			return crossed{ref, acts{b.give(agent, ref, "extend", object{"reason": "a"}), b.give(manager, ref, "extend", object{"reason": "b"})}, one}
		},
		"one extends, the other puts a question": func(b *bed) crossed {
			ref, _ := b.session()
			b.work(ref)
			return crossed{ref, acts{b.give(agent, ref, "extend", object{"reason": "a"}), b.give(manager, ref, "ask", object{"message": "?"})}, both}
		},
		"one resumes, the requester answers": func(b *bed) crossed {
			ref, token := b.session()
			b.work(ref)
			b.do(agent, ref, "ask", object{"message": "?"})
			return crossed{
				ref,
				acts{b.give(agent, ref, "resume", nil), b.own(ref, token, "messages", object{"text": "Here."})},
				func(r models.Request, done [2]bool) string {
					if !done[1] || r.State != models.StateInProgress || len(r.Pauses) != 1 {
						return "the answer is taken, and the pause ends once"
					}
					return ""
				},
			}
		},
		"the requester appeals, who is barred takes it up": func(b *bed) crossed {
			ref, token := b.answered()
			return crossed{
				ref,
				acts{b.own(ref, token, "appeal", object{"text": "I object."}), b.give(agent, ref, "reopen", object{"reason": "r"})},
				func(r models.Request, done [2]bool) string {
					if done[0] != (r.Appeal.No == 1) {
						return "the appeal is another than its answer says"
					}
					return one(r, done)
				},
			}
		},
		"the requester appeals, who is barred begins": func(b *bed) crossed {
			ref, token := b.answered()
			return crossed{
				ref,
				acts{b.own(ref, token, "appeal", object{"text": "I object."}), b.give(agent, ref, "start", nil)},
				func(r models.Request, done [2]bool) string {
					if !done[0] || done[1] || r.State != models.StateOpen {
						return "who made the answer works on the appeal"
					}
					return ""
				},
			}
		},
		"the requester appeals twice": func(b *bed) crossed {
			ref, token := b.answered()
			appeal := b.own(ref, token, "appeal", object{"text": "I object."})
			return crossed{ref, acts{appeal, appeal}, one}
		},
		"one code opens one session": func(b *bed) crossed {
			ref := b.submit()
			code := object{"code": b.code(ref)}
			return crossed{ref, acts{b.own(ref, "", "verify", code), b.own(ref, "", "verify", code)}, one}
		},
		"one verifies, the requester proves the mailbox": func(b *bed) crossed {
			ref := b.submit()
			return crossed{
				ref,
				acts{b.give(agent, ref, "verify", object{"level": "high", "method": "staff_check"}), b.own(ref, "", "verify", object{"code": b.code(ref)})},
				func(r models.Request, done [2]bool) string {
					if r.Level != models.LevelHigh || b.letters(ref, "acknowledgement") != 1 {
						return "the higher level stays, and it is acknowledged once"
					}
					return both(r, done)
				},
			}
		},
	}
}

func corrections(o object) {
	o["type"] = "correction"
	o["fields"] = object{"corrections": []object{{"field": "company", "current": "Old", "requested": "New"}}}
}

// twin has every request be of one person.
func (b *bed) twin() func(object) {
	person := wish()["person"]
	return func(o object) { o["person"] = person }
}
