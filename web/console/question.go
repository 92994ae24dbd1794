package console

// question is a field of a form of the registers.
type question struct {
	Name, Kind, Label, Help string
	Value, Fault            string
	Options                 []option // to choose from, in place of typing
	Blank                   string   // the answer that is none; "" where one must be chosen
}

func ask(name, kind, label, help, value, fault string) question {
	return question{Name: name, Kind: kind, Label: label, Help: help, Value: value, Fault: fault}
}

func choose(name, label, blank, fault string, options []option) question {
	return question{Name: name, Label: label, Blank: blank, Fault: fault, Options: options}
}

// mistakes are what is wrong with a form, field by field.
type mistakes []faultLine

// Of is what is wrong with a field, or "".
func (m mistakes) Of(field string) string {
	for _, f := range m {
		if f.Target == field {
			return f.Text
		}
	}
	return ""
}
