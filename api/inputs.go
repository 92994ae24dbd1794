package api

import (
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// submitInput is a request as people file it. Which fields a type takes is the
// policy's business.
type submitInput struct {
	Type     string         `json:"type" validate:"required,max=64" description:"One of /v1/request-types." example:"deletion"`
	Person   personInput    `json:"person" validate:"required" description:"The person the data is about."`
	OnBehalf *behalfInput   `json:"on_behalf" description:"Who files for the person, if somebody does."`
	Details  string         `json:"details" validate:"max=10000" description:"Anything else, in one's own words."`
	Fields   map[string]any `json:"fields" validate:"max=100" description:"By type, as /v1/request-types lists them."`
	Locale   string         `json:"locale" validate:"omitempty,max=35,locale" description:"The language of the mails." example:"en"`
	Solution string         `json:"solution" validate:"max=200,line" description:"Of a challenge of /v1/challenges: with it a code is mailed however many requests come from the same network."`
}

type personInput struct {
	Name    string `json:"name" validate:"required,filled,max=200,line" example:"Robin Vale"`
	Email   string `json:"email" validate:"required,max=254,mailbox" format:"email" example:"robin@example.com"`
	Country string `json:"country" validate:"max=80,line" description:"By its code of ISO 3166-1 alpha-2, or by its name." example:"US"`
	Region  string `json:"region" validate:"max=80,line" description:"By its code of ISO 3166-2 without the country, or by its name." example:"CA"`
}

type behalfInput struct {
	Role      string `json:"role" validate:"required,oneof=agent parent guardian"`
	Name      string `json:"name" validate:"required,filled,max=200,line"`
	Email     string `json:"email" validate:"required,max=254,mailbox" format:"email"`
	Authority string `json:"authority" validate:"required,filled,max=2000" description:"What gives the right to act for the person."`
}

// enterInput is a request that staff type in. There may be no address to mail.
type enterInput struct {
	Channel      string           `json:"channel" validate:"required,oneof=email phone letter in_person web api" description:"How it came."`
	ReceivedAt   string           `json:"received_at" validate:"omitempty,instant" format:"date-time" description:"When it reached the organisation; now if left out." example:"2026-11-20T09:30:00Z"`
	Undesignated bool             `json:"undesignated" description:"It came elsewhere than to the address designated for such requests (Civ. Code § 1798.83)."`
	Type         string           `json:"type" validate:"required,max=64" example:"access"`
	Person       enterPersonInput `json:"person" validate:"required"`
	OnBehalf     *behalfInput     `json:"on_behalf"`
	Details      string           `json:"details" validate:"max=10000"`
	Fields       map[string]any   `json:"fields" validate:"max=100"`
	Locale       string           `json:"locale" validate:"omitempty,max=35,locale" example:"en"`
}

type enterPersonInput struct {
	Name    string `json:"name" validate:"required,filled,max=200,line"`
	Email   string `json:"email" validate:"omitempty,max=254,mailbox" format:"email" description:"May be left out for phone, letter and in_person."`
	Country string `json:"country" validate:"max=80,line"`
	Region  string `json:"region" validate:"max=80,line"`
}

// faults are those the policy would find once the rest is right.
func (in *submitInput) fieldErrors(a *API) []models.FieldError {
	return a.fieldErrors(in.Type, in.Fields, in.Details)
}

func (in *enterInput) fieldErrors(a *API) []models.FieldError {
	return a.fieldErrors(in.Type, in.Fields, in.Details)
}

func (a *API) fieldErrors(kind string, fields map[string]any, details string) []models.FieldError {
	t, ok := a.Service.Policy.Type(models.RequestType(kind))
	if !ok {
		return []models.FieldError{{Field: "type", Code: "unknown", Message: "is not a request type of this organisation"}}
	}
	_, err := t.Parse(fields, details, models.DateOf(a.Now(), a.Service.Zone))
	return refusalOf(orNothing(err)).Fields
}

// orNothing makes an absent error one without fields.
func orNothing(err error) error {
	if err == nil {
		return &models.Error{Code: models.CodeInvalid}
	}
	return err
}

func (in *submitInput) command() workflows.Submit {
	return workflows.Submit{
		Type: models.RequestType(in.Type), OnBehalf: in.OnBehalf.behalf(), Details: in.Details, Fields: in.Fields, Locale: in.Locale,
		Person: person(in.Person.Name, in.Person.Email, in.Person.Country, in.Person.Region),
	}
}

func (in *enterInput) command() workflows.Submit {
	received, _ := moment(in.ReceivedAt) // validated; zero is now
	return workflows.Submit{
		Type: models.RequestType(in.Type), OnBehalf: in.OnBehalf.behalf(), Details: in.Details, Fields: in.Fields, Locale: in.Locale,
		Person:  person(in.Person.Name, in.Person.Email, in.Person.Country, in.Person.Region),
		Channel: models.Channel(in.Channel), ReceivedAt: received, Undesignated: in.Undesignated,
	}
}

// person cleans what was typed: blanks around it, and the place in capitals.
func person(name, email, country, region string) models.Person {
	country = strings.ToUpper(strings.TrimSpace(country))
	region = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(region)), country+"-")
	return models.Person{Name: strings.TrimSpace(name), Email: strings.TrimSpace(email), Country: country, Region: region}
}

func (in *behalfInput) behalf() *models.OnBehalf {
	if in == nil {
		return nil
	}
	return &models.OnBehalf{
		Role: models.Capacity(in.Role), Name: strings.TrimSpace(in.Name), Email: strings.TrimSpace(in.Email), Authority: strings.TrimSpace(in.Authority),
	}
}

// placed names the place as the sender does.
func placed(err error) error {
	e := refusalOf(orNothing(err))
	for i, f := range e.Fields {
		if f.Field == "country" || f.Field == "region" {
			e.Fields[i].Field = "person." + f.Field
		}
	}
	return err
}
