package main

import (
	"os"
	"slices"
	"strings"
)

// fromFile reads a file of NAME=VALUE lines, the form of systemd's
// EnvironmentFile: blank lines and those that begin with # mean nothing, and a
// value may stand in quotes. An unknown name is a fault, as it is likely a
// misspelt one. "" is no file.
func fromFile(path string) (map[string]string, faults) {
	set := map[string]string{}
	if path == "" {
		return set, nil
	}
	var f faults
	content, err := os.ReadFile(path)
	if err != nil {
		f.add(configFile, "names a file that cannot be read: %v", reason(err))
		return set, f
	}
	for i, line := range strings.Split(strings.TrimPrefix(string(content), "\ufeff"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		switch _, twice := set[name]; {
		case !found:
			f.add(configFile, "line %d is not of the form NAME=VALUE", i+1)
		case !known(name):
			f.add(configFile, "line %d sets %s, which is no variable of Habeas", i+1, name)
		case twice:
			f.add(configFile, "line %d sets %s a second time", i+1, name)
		default:
			set[name] = unquote(strings.TrimSpace(value))
		}
	}
	return set, f
}

func known(name string) bool {
	return slices.ContainsFunc(variables(), func(v variable) bool {
		return v.name == name || v.secret && v.name+"_FILE" == name
	})
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}
