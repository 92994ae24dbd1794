package mailaddr_test

import (
	"testing"

	"habeas/internal/mailaddr"
)

func TestMixedScript(t *testing.T) {
	t.Parallel()
	mixed := []string{"аdmin@bank.example", "a@bаnk.example", "a@xn--pyco-53d.example", "a@соса.example", "a\u200bb@x.example", "ad\u043cin@x.example", "ａdmin@x.example"}
	plain := []string{
		"admin@bank.example", "jürgen@münchen.example", "пользователь@почта.example", "用户@例子.example", "ユーザー漢字@例え.example",
		"user7@x-1.example", "ελένη@παράδειγμα.example", "김@메일.example",
	}
	for _, a := range mixed {
		if !mailaddr.MixedScript(a) {
			t.Errorf("%q is not flagged", a)
		}
	}
	for _, a := range plain {
		if mailaddr.MixedScript(a) {
			t.Errorf("%q is flagged", a)
		}
	}
}
