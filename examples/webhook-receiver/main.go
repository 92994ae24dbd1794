// Command webhook-receiver is an example of a system that Habeas calls: one
// table in memory, asked by mail address. It checks the signature, answers
// find, preview and apply, and carries out a task once.
//
//	WEBHOOK_SECRET=whsec_… go run ./examples/webhook-receiver 127.0.0.1:8300
package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

type object map[string]any

type receiver struct {
	webhook *standardwebhooks.Webhook
	mu      sync.Mutex
	names   map[string]string // by mail address: all that this system holds
	done    map[string]object // the answers to apply, by task
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 1<<20))
	if err != nil || r.webhook.Verify(body, req.Header) != nil {
		http.Error(w, "not signed", http.StatusUnauthorized)
		return
	}
	var call struct {
		Task, Action, Step string
		Identifiers        []struct{ Kind, Value string }
	}
	if err := json.Unmarshal(body, &call); err != nil || len(call.Identifiers) == 0 {
		http.Error(w, "not a call", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	email := call.Identifiers[0].Value
	name, held := r.names[email]
	answer := object{"records": []object{}, "changes": []object{}}
	if earlier, ok := r.done[call.Task]; ok && call.Step == "apply" {
		answer = earlier // the same task again
	} else if held {
		field := object{"name": "name", "value": name, "categories": []string{"user.name"}}
		answer["records"] = []object{{"kind": "contact", "key": email, "fields": []object{field}}}
		change := object{"name": "name", "categories": []string{"user.name"}, "verdict": "erased", "before": name}
		answer["changes"] = []object{{"kind": "contact", "key": email, "operation": "delete", "fields": []object{change}}}
	}
	if call.Step == "apply" && call.Action == "erase" {
		delete(r.names, email)
		r.done[call.Task] = answer
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // a broken line is tried again
}

func main() {
	webhook, err := standardwebhooks.NewWebhook(os.Getenv("WEBHOOK_SECRET"))
	if err != nil || len(os.Args) != 2 {
		log.Fatal("usage: WEBHOOK_SECRET=whsec_… webhook-receiver HOST:PORT")
	}
	r := &receiver{webhook: webhook, names: map[string]string{"ada@example.com": "Ada"}, done: map[string]object{}}
	server := &http.Server{Addr: os.Args[1], Handler: r, ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}
