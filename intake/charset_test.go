package intake_test

import (
	"encoding/base64"
	"strings"
	"testing"
)

// TestCharsets reads sets by the names that mail programs call them, also
// those that browsers refuse or never knew.
func TestCharsets(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ labels, bytes, want string }{
		"DOS":                             {"cp437 IBM437 437 csPC8CodePage437 x-cp437 cp-437", "L\x94schen", "Löschen"},
		"DOS of the West":                 {"cp850 ibm850 850 cp858 IBM00858 cp00858 CP-850", "L\x94schen", "Löschen"},
		"DOS of the middle":               {"cp852 ibm852 dos-852", "\xac\xa6", "ČŽ"},
		"Macintosh":                       {"macroman x-mac-roman macintosh mac cp10000 MacRoman mac-roman", "L\x9aschen", "Löschen"},
		"Windows":                         {"win-1251 cp1251 win1251 windows1251 ms1251 windows_1251 CP-1251", "\xd3\xe4\xe0\xeb\xe8\xf2\xe5", "Удалите"},
		"Latin-1":                         {"iso8859_1 iso8859-1 8859-1 latin-1 iso_8859_1 ISO88591 cp28591 iso-8859-1", "L\xf6schen", "Löschen"},
		"Latin-2":                         {"iso8859_2 8859-2 latin-2 cp28592 iso-8859-2", "\xc8", "Č"},
		"KOI8":                            {"koi8-r koi8r cp20866 koi-8-r KOI8", "\xf5\xc4\xc1\xcc\xc9\xd4\xc5", "Удалите"},
		"Japan, shifted":                  {"cp932 ms932 sjis shift-jis windows-31j ibm943 cp943 x-sjis", "\x8d\xed\x8f\x9c", "削除"},
		"Japan, EUC":                      {"euc-jp eucjp euc_jp ujis cp51932 x-euc-jp", "\xba\xef\xbd\xfc", "削除"},
		"China":                           {"cp936 ms936 gb2312 gbk euc-cn euccn x-gbk cp54936 gb18030", "\xc9\xbe\xb3\xfd", "删除"},
		"China, seven bits":               {"hz-gb-2312 hz HZ-GB-2312", "~{I>3}~} ok", "删除 ok"},
		"Taiwan":                          {"cp950 ms950 big5 big-5", "\xa7R\xb0\xa3", "刪除"},
		"Korea":                           {"cp949 ms949 uhc ks_c_5601-1987 euc-kr euckr windows-949", "\xbb\xe8\xc1\xa6", "삭제"},
		"Korea, seven bits":               {"iso-2022-kr csISO2022KR", "\x1b$)Cok \x0e;hA&\x0f ok", "ok 삭제 ok"},
		"China, ISO 2022":                 {"iso-2022-cn iso-2022-cn-ext", "ok \x1b$)A\x0eI>3}\x0f ok", "ok 删除 ok"},
		"Japan, ISO 2022":                 {"iso-2022-jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-ms iso-2022-jp-2004 cp50220 cp50221", "\x1b$B:o=|\x1b(B ok", "削除 ok"},
		"Japan, ISO 2022 of the world":    {"iso-2022-jp-2", "\x1b$A\x49\x3e\x33\x7d\x1b$(C;hA&\x1b(B \x1b.A\x1bNv", "删除삭제 ö"},
		"Japan, half-width":               {"iso-2022-jp-ms iso-2022-jp-3", "\x1b(I6\x1b(B", "ｶ"},
		"Japan, the later set":            {"iso-2022-jp-3", "\x1b$(O:o=|\x1b(B", "削除"},
		"Thailand":                        {"tis-620 tis620 cp874 iso-8859-11", "\xc5\xba", "ลบ"},
		"mainframe":                       {"cp037 ibm037 IBM-1047", "\xd6\xd2", "OK"},
		"32 bits":                         {"utf-32be", "\x00\x00\x52\x4a", "削"},
		"16 bits":                         {"utf-16be utf16be", "\x52\x4a\x96\x64", "削除"},
		"16 bits, a mark":                 {"utf-16 unicode ucs-2 iso-10646-ucs-2 utf16", "\xfe\xff\x52\x4a\x96\x64", "削除"},
		"what browsers make private":      {"x-user-defined x-unknown unknown-8bit", "L\xf6schen", "Löschen"},
		"a name of nothing":               {"replacement klingon iso-8859-99 cp99999 -", "L\xc3\xb6schen", "Löschen"},
		"a shifted set without its start": {"iso-2022-kr", "Delete \x0emy data", "Delete my data"},
		"a set that nobody has":           {"iso-2022-cn", "\x1b$)G\x0eI>3}\x0f ok", "I>3} ok"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for label := range strings.FieldsSeq(tt.labels) {
				word := base64.StdEncoding.EncodeToString([]byte(tt.bytes))
				m := read("From: a@x.example\nSubject: =?" + label + "?B?" + word + "?=\nContent-Type: text/plain; charset=\"" + label +
					"\"\nContent-Transfer-Encoding: base64\n\n" + word + "\n")
				if m.Text != tt.want {
					t.Errorf("%s: the text is %q, want %q", label, m.Text, tt.want)
				}
				if got := strings.ReplaceAll(m.Subject, "  ", " "); got != tt.want && name != "a set that nobody has" && name != "a shifted set without its start" {
					t.Errorf("%s: the subject is %q, want %q", label, got, tt.want)
				}
			}
		})
	}
}
