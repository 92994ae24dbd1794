package web_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

func TestZZDev(t *testing.T) {
	if os.Getenv("DEV") == "" {
		return
	}
	b := newBed(t)
	ctx := context.Background()
	ids := map[models.Role]models.Staff{}
	for _, role := range []models.Role{models.RoleManager, models.RoleAgent, models.RoleAuditor} {
		m, err := b.service.AddStaff(ctx, models.Actor{Kind: models.ActorSystem}, "Ann "+string(role), string(role)+"@acme.example", role, workflows.Remembered[models.Staff]{})
		must(t, err)
		ids[role] = m
		b.door.in.Store("s-"+string(role), workflows.Identity{Staff: m, Role: role})
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	types := []models.RequestType{models.TypeAccess, models.TypeDeletion, models.TypeCorrection, models.TypeTestimonialRemoval, models.TypeMarketingOptOut}
	for i := range 60 {
		kind := types[i%len(types)]
		fields := map[string]any{}
		switch kind {
		case models.TypeCorrection:
			fields["corrections"] = []any{map[string]any{"field": "company", "current": "Old Co", "requested": "New & Co"}, map[string]any{"field": "location", "current": "Rome", "requested": "Oslo"}}
		case models.TypeTestimonialRemoval:
			fields["places"] = []any{"https://acme.example/t/1", "https://acme.example/t/2"}
		}
		email := fmt.Sprintf("robin%d@example.com", i%7)
		if i%11 == 0 {
			email = ""
		}
		ch := models.ChannelEmail
		if email == "" {
			ch = models.ChannelLetter
		}
		d, err := b.service.Submit(ctx, staff(ids[models.RoleManager].ID), workflows.Submit{
			Type: kind, Person: models.Person{Name: "Robin Doe", Email: email, Country: []string{"DE", "US", ""}[i%3], Region: []string{"", "CA", ""}[i%3]}, Details: "Please do as I ask. I have written twice before.", Fields: fields, Channel: ch,
			ReceivedAt: noon.Add(-time.Duration(rnd.IntN(40*24)) * time.Hour),
		}, workflows.Option{})
		if err != nil {
			t.Log(kind, err)
			continue
		}
		ref := d.Request.Reference
		me := ids[models.RoleAgent].ID
		if i%4 > 0 && d.Request.State == models.StateUnverified && email != "" {
			b.do(ref, me, workflows.Verify{Level: models.LevelReasonable, Method: "data_points"})
		}
		if r := b.request(ref); r.State == models.StateOpen && i%3 > 0 {
			b.do(ref, me, workflows.Start{})
			if i%5 == 2 {
				b.do(ref, me, workflows.Ask{Message: "Which of your accounts do you mean?"})
			}
			if i%5 == 3 {
				b.do(ref, me, workflows.Reply{Message: "We are on it."})
				b.do(ref, me, workflows.Note{Text: "Asked the account team."})
				c := workflows.Conclude{Outcome: models.OutcomeDenied, Message: "We could not do this.", Reasons: []workflows.ReasonGiven{{Code: "legal_obligation", Explanation: "Tax law."}}}
				if kind == models.TypeCorrection || kind == models.TypeTestimonialRemoval {
					c = workflows.Conclude{Message: "Partly done.", Items: []workflows.ItemGiven{{No: 1, Outcome: models.OutcomeFulfilled}, {No: 2, Outcome: models.OutcomeNoData}}}
				}
				if _, err := b.service.Do(ctx, staff(me), ref, c, workflows.Option{}); err != nil {
					t.Log(err)
				}
			}
		}
	}
	target, _ := url.Parse(b.url)
	proxy := httputil.NewSingleHostReverseProxy(target)
	for i, role := range []models.Role{models.RoleManager, models.RoleAgent, models.RoleAuditor} {
		go func() {
			_ = http.ListenAndServe(fmt.Sprintf("127.0.0.1:%d", 18190+i), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Header.Set("Cookie", "habeas-staff=s-"+string(role))
				proxy.ServeHTTP(w, r)
			}))
		}()
	}
	time.Sleep(8 * time.Minute)
}
