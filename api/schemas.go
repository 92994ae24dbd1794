package api

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go/openapi31"

	"habeas/models"
	"habeas/policies"
)

// newReflector makes schemas of types: with our names, the values of our words
// and the rules that validation has.
func newReflector() *openapi31.Reflector {
	r := openapi31.NewReflector()
	r.AddTypeMapping(models.Date{}, jsonschema.Date{})
	r.AddTypeMapping(policies.Day{}, dayOrNone{})
	closed := enums()
	r.DefaultOptions = append(r.DefaultOptions,
		jsonschema.InterceptDefName(func(t reflect.Type, _ string) string { return schemaName(t) }),
		jsonschema.InterceptNullability(func(p jsonschema.InterceptNullabilityParams) {
			if k := p.Type.Kind(); k == reflect.Slice || k == reflect.Map {
				p.Schema.RemoveType(jsonschema.Null) // a list of ours may be empty, never null
			}
		}),
		jsonschema.InterceptSchema(func(p jsonschema.InterceptSchemaParams) (bool, error) {
			if values, ok := closed[p.Value.Type()]; ok && p.Processed {
				p.Schema.Enum = values
			}
			return false, nil
		}),
		jsonschema.InterceptProp(func(p jsonschema.InterceptPropParams) error {
			if p.Processed {
				describeField(p)
			}
			return nil
		}),
	)
	return r
}

// dayOrNone is a date, or null.
type dayOrNone struct{}

// JSONSchema implements jsonschema.Exposer.
func (dayOrNone) JSONSchema() (jsonschema.Schema, error) {
	var s jsonschema.Schema
	s.AddType(jsonschema.String)
	s.AddType(jsonschema.Null)
	s.WithFormat("date")
	return s, nil
}

// changes is what an event did to the facts of a request.
type changes models.Change

// JSONSchema implements jsonschema.Exposer: which facts there are is told by
// the schema of a request, and an event names those that changed.
func (changes) JSONSchema() (jsonschema.Schema, error) {
	var s jsonschema.Schema
	s.AddType(jsonschema.Object)
	s.WithDescription("The facts that changed, by name, with their new values.")
	return s, nil
}

// schemaName is a type's name without what only we need to know.
func schemaName(t reflect.Type) string {
	name := strings.TrimSuffix(t.Name(), "View")
	if name == "" {
		return name
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// describeField adds to a field's schema what the struct says besides its type:
// whether it is always there, and the rules it is validated by.
func describeField(p jsonschema.InterceptPropParams) {
	name, options, _ := strings.Cut(p.Field.Tag.Get("json"), ",")
	rules := strings.Split(p.Field.Tag.Get("validate"), ",")
	required := slices.Contains(rules, "required")
	if owner := p.ParentSchema.ReflectType; name != "" && name != "-" && !isInput(owner) {
		required = !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero")
	}
	if required && !slices.Contains(p.ParentSchema.Required, p.Name) {
		p.ParentSchema.Required = append(p.ParentSchema.Required, p.Name)
	}
	kind := p.Field.Type
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	describeRules(p.PropertySchema, kind.Kind(), rules)
}

func isInput(t reflect.Type) bool {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t != nil && strings.HasSuffix(t.Name(), "Input")
}

// describeRules says in JSON Schema what the validator is told in tags.
func describeRules(s *jsonschema.Schema, kind reflect.Kind, rules []string) {
	for i, rule := range rules {
		name, value, _ := strings.Cut(rule, "=")
		number, _ := strconv.ParseInt(value, 10, 64) // 0 where it is none
		switch name {
		case "dive":
			if s.Items != nil && s.Items.SchemaOrBool != nil && s.Items.SchemaOrBool.TypeObject.Ref == nil {
				describeRules(s.Items.SchemaOrBool.TypeObject, reflect.String, rules[i+1:])
			}
			return
		case "min", "max":
			describeBound(s, kind, name == "max", number)
		case "oneof":
			s.Enum = nil
			for v := range strings.FieldsSeq(value) {
				s.Enum = append(s.Enum, v)
			}
		case "filled":
			s.WithMinLength(1)
		}
	}
}

func describeBound(s *jsonschema.Schema, kind reflect.Kind, upper bool, n int64) {
	switch {
	case kind == reflect.String && upper:
		s.WithMaxLength(n)
	case kind == reflect.String:
		s.WithMinLength(n)
	case kind == reflect.Slice && upper:
		s.WithMaxItems(n)
	case kind == reflect.Map && upper:
		s.WithMaxProperties(n)
	case upper:
		s.WithMaximum(float64(n))
	default:
		s.WithMinimum(float64(n))
	}
}

// rolesWith lists the roles that hold the permission of a route.
func rolesWith(access Access) []string {
	var holders []string
	for _, role := range models.Roles() {
		if models.Permit(role, models.Permission(access)) {
			holders = append(holders, string(role))
		}
	}
	return holders
}
