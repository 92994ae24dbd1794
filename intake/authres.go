package intake

type Verdict string

func Authentication(values []string, ids []string, from []string) Verdict { return "" }
func (h header) believed(c Config) []string                               { return nil }
