package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows/cases"
)

// Systems is what the console needs of the register of systems. See
// cases.SystemRegister.
type Systems interface {
	All(ctx context.Context) ([]cases.RegisteredSystem, error)
	One(ctx context.Context, key string) (cases.RegisteredSystem, error)
	Add(ctx context.Context, by models.Actor, n models.System, o cases.Option) (models.ManualSystem, error)
	Change(ctx context.Context, by models.Actor, key string, n models.System, o cases.Option) (models.ManualSystem, error)
	Retire(ctx context.Context, by models.Actor, key string, o cases.Option) (models.ManualSystem, error)
	Reuse(ctx context.Context, by models.Actor, key string, o cases.Option) (models.ManualSystem, error)
}

// pathSystems is the page of all systems.
const pathSystems = "/console/systems"

// systemsPage is the register: which systems there are, and what of people is in
// each, why, for whom and how long.
type systemsPage struct {
	Systems []systemLine
	Form    *systemForm // nil for who may not add one
}

// systemLine is a system in words.
type systemLine struct {
	cases.RegisteredSystem
	KindWords, OwnerWords, Does string
}

// Unregistered are the data categories that the register has no entry for.
func (l systemLine) Unregistered() (all []string) {
	for _, c := range l.Categories {
		if !slices.ContainsFunc(l.Register, func(p models.Processing) bool {
			return slices.ContainsFunc(p.Categories, func(branch string) bool { return models.CategoryWithin(c, branch) })
		}) {
			all = append(all, c)
		}
	}
	return all
}

// systemForm is what is typed of a system whose tasks a person does.
type systemForm struct {
	Address, Seed, Key, Name, Owner, Categories, Identifiers, Instruction, Backups string
	New                                                                            bool
	Version                                                                        string
	Actions                                                                        []option
	Register                                                                       []registerForm
	Faults                                                                         mistakes
}

// registerForm is an entry of the register as it is typed.
type registerForm struct {
	No                                                                                int
	At                                                                                string // begins the names of its fields
	Categories, Purpose, Recipients, Retention, Source, Transfers, AutomatedDecisions string
}

// systemPage is one system.
type systemPage struct {
	systemLine
	Steps []systemStepLine
	Form  *systemForm
	May   bool // change it
	Seed  string
	Done  string
}

type systemStepLine struct {
	models.SystemStep
	Words, Who string
}

func (s *Site) systemLine(r *http.Request, one cases.RegisteredSystem) systemLine {
	l := systemLine{RegisteredSystem: one, KindWords: word(systemKindWords(), one.Kind), OwnerWords: "Staff"}
	if one.Owner != "" {
		l.OwnerWords = "somebody"
		if models.Permit(who(r).Role, models.MayReadStaff) {
			l.OwnerWords = one.Owner
		}
	}
	var does []string
	for _, a := range one.Actions {
		does = append(does, word(actionWords(), a))
	}
	l.Does = strings.Join(does, ", ")
	return l
}

func systemKindWords() map[models.SystemKind]string {
	return map[models.SystemKind]string{
		models.SystemManual: "A person does its tasks", models.SystemSQL: "Database", models.SystemWebhook: "Webhook",
	}
}

// systems shows the register of systems.
func (s *Site) systems(w http.ResponseWriter, r *http.Request) error {
	return s.showSystems(w, r, http.StatusOK, newSystemForm(models.System{}, ""))
}

func (s *Site) showSystems(w http.ResponseWriter, r *http.Request, status int, form systemForm) error {
	all, err := s.Staff.Systems().All(r.Context())
	if err != nil {
		return err
	}
	var page systemsPage
	for _, one := range all {
		page.Systems = append(page.Systems, s.systemLine(r, one))
	}
	if models.Permit(who(r).Role, models.MayManageSystems) {
		page.Form = &form
	}
	return s.show(w, r, status, viewSystems, layout{Title: "Systems", Here: "settings", Wrong: len(form.Faults) > 0, Body: page})
}

// system shows one system.
func (s *Site) system(w http.ResponseWriter, r *http.Request) error {
	return s.showSystem(w, r, http.StatusOK, nil)
}

// showSystem shows one system, with a form as it was typed.
func (s *Site) showSystem(w http.ResponseWriter, r *http.Request, status int, typed *systemForm) error {
	one, err := s.Staff.Systems().One(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	t, err := s.team(r)
	if err != nil {
		return err
	}
	page := systemPage{systemLine: s.systemLine(r, one), Seed: pages.NewSeed(), Done: map[string]string{
		"added": "The system was added. Requests that are verified from now on get tasks for it.", "changed": "The system was changed.",
		"retired": "The system is retired. No task is made for it any more.", "reused": "The system is in use again.",
	}[r.URL.Query().Get("done")]}
	for _, step := range one.History {
		page.Steps = append(page.Steps, systemStepLine{step, word(systemActWords(), step.Act), t.nameOf(step.By)})
	}
	page.May = !one.InFile && models.Permit(who(r).Role, models.MayManageSystems)
	if page.May && !one.Retired() {
		if page.Form = typed; typed == nil {
			form := newSystemForm(one.System, strconv.Itoa(one.Revision))
			page.Form = &form
		}
	}
	return s.show(w, r, status, viewSystem, layout{Title: one.Name, Here: "settings", Wrong: typed != nil, Body: page})
}

func systemActWords() map[models.SystemAct]string {
	return map[models.SystemAct]string{
		models.SystemAdded: "Added", models.SystemChanged: "Changed", models.SystemRetired: "Retired", models.SystemRestored: "In use again",
	}
}

// newSystemForm is the form of a system as it is; of none, it is empty. There is
// room for one more entry of the register.
func newSystemForm(of models.System, version string) systemForm {
	f := systemForm{
		Address: pathSystems, Seed: pages.NewSeed(), New: of.Key == "", Version: version, Key: of.Key, Name: of.Name, Owner: of.Owner,
		Categories: strings.Join(of.Categories, "\n"), Identifiers: joinKinds(of.Identifiers), Instruction: of.Instruction,
	}
	if !f.New {
		f.Address += "/" + of.Key
	}
	if of.BackupDays > 0 {
		f.Backups = strconv.Itoa(of.BackupDays)
	}
	f.choose(of.Actions)
	for _, p := range append(slices.Clone(of.Register), models.Processing{}) {
		f.Register = append(f.Register, registerForm{
			Categories: strings.Join(p.Categories, "\n"), Purpose: p.Purpose, Recipients: strings.Join(p.Recipients, "\n"), Retention: p.Retention,
			Source: p.Source, Transfers: p.Transfers, AutomatedDecisions: p.AutomatedDecisions,
		})
	}
	f.number()
	return f
}

func joinKinds(kinds []models.IdentifierKind) string {
	var all []string
	for _, k := range kinds {
		all = append(all, string(k))
	}
	return strings.Join(all, "\n")
}

func (f *systemForm) choose(chosen []models.Action) {
	for _, a := range models.Actions() {
		f.Actions = append(f.Actions, option{string(a), word(actionWords(), a), slices.Contains(chosen, a)})
	}
}

func (f *systemForm) number() {
	for i := range f.Register {
		f.Register[i].No, f.Register[i].At = i+1, "r"+strconv.Itoa(i)+"-"
	}
}

// readSystem reads the form of a system: as it was typed, and what it describes.
func readSystem(r *http.Request) (systemForm, models.System) {
	t := &words{r.PostForm, map[string]string{}}
	f := systemForm{
		Seed: r.PostForm.Get("seed"), Version: r.PostForm.Get("version"), Key: t.line("key", longestName), Name: t.line("name", longestName),
		Owner: t.line("owner", longestEmail), Categories: t.may("categories", longestText), Identifiers: t.may("identifiers", longestText),
		Instruction: t.may("instruction", longestText), Backups: t.line("backup_days", longestLine),
	}
	s := models.System{Key: f.Key, Name: f.Name, Owner: f.Owner, Categories: linesOf(f.Categories), Instruction: f.Instruction}
	for _, kind := range linesOf(f.Identifiers) {
		s.Identifiers = append(s.Identifiers, models.IdentifierKind(kind))
	}
	for _, a := range r.PostForm["actions"] {
		s.Actions = append(s.Actions, models.Action(a))
	}
	f.choose(s.Actions)
	if f.Backups != "" {
		days, err := strconv.Atoi(f.Backups)
		if s.BackupDays = days; err != nil {
			s.BackupDays = -1 // which nobody takes
		}
	}
	f.readRegister(t, &s)
	for _, field := range sortedKeys(t.faults) {
		f.Faults = append(f.Faults, faultLine{field, t.faults[field]})
	}
	return f, s
}

// mostEntries bounds the entries of the register that a form may have.
const mostEntries = 101

func (f *systemForm) readRegister(t *words, s *models.System) {
	for i := range mostEntries {
		at := "r" + strconv.Itoa(i) + "-"
		if _, there := t.form[at+"categories"]; !there {
			break
		}
		one := registerForm{
			Categories: t.may(at+"categories", longestText), Purpose: t.may(at+"purpose", longestText), Recipients: t.may(at+"recipients", longestText),
			Retention: t.may(at+"retention", longestText), Source: t.may(at+"source", longestText), Transfers: t.may(at+"transfers", longestText),
			AutomatedDecisions: t.may(at+"automated", longestText),
		}
		if one == (registerForm{}) {
			continue // an entry that is emptied is taken out
		}
		f.Register = append(f.Register, one)
		s.Register = append(s.Register, models.Processing{
			Categories: linesOf(one.Categories), Purpose: one.Purpose, Recipients: linesOf(one.Recipients), Retention: one.Retention,
			Source: one.Source, Transfers: one.Transfers, AutomatedDecisions: one.AutomatedDecisions,
		})
	}
	f.Register = append(f.Register, registerForm{})
	f.number()
}

// linesOf are the lines of a text that say something.
func linesOf(text string) (all []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// systemAdd adds a system whose tasks a person does.
func (s *Site) systemAdd(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	form, described := readSystem(r)
	form.New, form.Address = true, pathSystems
	again := func(status int) error { return s.showSystems(w, r, status, form) }
	return s.systemDo(w, r, &form, "added", again, func(o cases.Option) error {
		_, err := s.Staff.Systems().Add(r.Context(), who(r).Actor(), described, o)
		return err
	})
}

// systemChange describes a system anew.
func (s *Site) systemChange(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	form, described := readSystem(r)
	form.Key = r.PathValue("id")
	form.Address = pathSystems + "/" + form.Key
	again := func(status int) error { return s.showSystem(w, r, status, &form) }
	return s.systemDo(w, r, &form, "changed", again, func(o cases.Option) error {
		o.IfVersion, _ = strconv.Atoi(form.Version) // without one it is changed as it is
		_, err := s.Staff.Systems().Change(r.Context(), who(r).Actor(), form.Key, described, o)
		return err
	})
}

// systemStep retires a system, or takes it into use again.
func (s *Site) systemStep(act string) pages.Action {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := pages.Form(w, r); err != nil {
			return err
		}
		form := systemForm{Seed: r.PostForm.Get("seed"), Key: r.PathValue("id")}
		again := func(status int) error { return s.showSystem(w, r, status, nil) }
		return s.systemDo(w, r, &form, act, again, func(o cases.Option) error {
			do := s.Staff.Systems().Retire
			if act == "reused" {
				do = s.Staff.Systems().Reuse
			}
			_, err := do(r.Context(), who(r).Actor(), form.Key, o)
			return err
		})
	}
}

// systemDo does something with a system once for a form, or shows that again with
// what is wrong.
func (s *Site) systemDo(w http.ResponseWriter, r *http.Request, form *systemForm, done string, again func(status int) error, do func(cases.Option) error) error {
	if len(form.Faults) > 0 {
		return again(http.StatusUnprocessableEntity)
	}
	key := pages.OnceFor(who(r).Staff.ID, form.Seed, append([]string{"system", done, form.Key}, content(r.PostForm)...)...)
	_, err := pages.Once(r.Context(), s.Staff, key, func() error { return do(pages.Stored(key, pages.Nothing)) })
	bad, ok := errors.AsType[*models.Error](err)
	switch {
	case ok && bad.Code == models.CodeInvalid:
		form.Faults = systemFaults(bad)
		return again(http.StatusUnprocessableEntity)
	case ok && (bad.Code == models.CodeConflict || bad.Code == models.CodeStale):
		form.Faults = mistakes{{"", sentence(bad.Message)}}
		return again(http.StatusConflict)
	case err != nil:
		return err
	}
	return see(w, pathSystems+"/"+form.Key+"?done="+done)
}

// systemFaults leads each fault to its field of the form.
func systemFaults(bad *models.Error) (all mistakes) {
	words := map[string]string{
		"key": "The short name has small letters, digits, hyphens and underscores only, and no other system has it.", "name": "Give it a name of at most 200 characters.",
		"owner": "This is not a mail address such as archive@example.com.", "actions": "Choose what may be asked for there.",
		"categories": "Enter data categories such as user.contact.email, one a line.", "instruction": "This is too long: 4000 characters at most.",
		"backup_days": "Enter a number of days, at most 3660.",
		"register":    "Each entry of the register needs data categories such as user.contact, one a line; no text may have more than 4000 characters.",
	}
	for _, f := range bad.Fields {
		target := f.Field
		if target == "register" {
			target = "r0-categories"
		}
		if !slices.ContainsFunc(all, func(l faultLine) bool { return l.Target == target }) {
			all = append(all, faultLine{target, words[f.Field]})
		}
	}
	return all
}
