package intake

func Trim(s string) (string, string) { return s, "" }
