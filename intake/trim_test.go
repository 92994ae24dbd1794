package intake_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"habeas/intake"
)

// lines decodes one JSON object a line.
func lines[T any](t *testing.T, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []T
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var one T
		if err := json.Unmarshal(s.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// TestTrimCorpus counts how many of the shared reply bodies are cut where
// their origin's tests say; white space aside.
func TestTrimCorpus(t *testing.T) {
	dir := corpus(t)
	if dir == "" {
		return
	}
	bodies := lines[struct{ ID, Body, Expected_trimmed string }](t, filepath.Join(dir, "reply_bodies.jsonl"))
	right := 0
	for _, b := range bodies {
		own, _ := intake.Trim(b.Body)
		if same(own, b.Expected_trimmed) {
			right++
			continue
		}
		t.Logf("%s: %q, want %q", b.ID, own, b.Expected_trimmed)
	}
	t.Logf("%d of %d", right, len(bodies))
	if right*100 < len(bodies)*85 {
		t.Error("fewer than 85 of 100 are trimmed as expected")
	}
}

func same(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// TestTrimKeepsWhatWasWritten has lines that only look like the end of what
// somebody wrote.
func TestTrimKeepsWhatWasWritten(t *testing.T) {
	t.Parallel()
	const asked = "Please delete my account."
	kept := []string{
		"Sent via your form on 3 May was my first request.\n" + asked,
		"Hello,\n\nSent from my old address dana@x.example you have my data.\n\n" + asked + "\n\nDana",
		"Gesendet von Ihnen habe ich drei Briefe bekommen, und keinen davon wollte ich haben.",
		"Enviado desde su web el 3 de mayo.\n\nBorren mis datos.",
		"Sent from my iPhone\n\n" + asked,
		"Please delete:\n--\nname\naddress\n\nDana",
		"Please delete:\n\n--\nname\n--\naddress\n--\nphone",
		"I want to know:\n- which data you hold\n--\n- whom you gave it to\n\n" + asked,
		"1. my name\n--\n2. my address",
		"On 3 May my doctor wrote: stop.\n" + asked,
		"于2025年5月5日我写道：请删除我的数据\n谢谢",
		"Od: roku 2019 mám u vás účet\nSmažte mé údaje.",
		"Ali bana 5 May 2025 tarihinde yazdı\nHesabımı silin.",
	}
	for _, text := range kept {
		if own, quoted := intake.Trim(text); own != text || quoted != "" {
			t.Errorf("%q: own %q, quoted %q", text, own, quoted)
		}
	}
	cut := map[string]string{
		"a phone":                       "Sent from my iPhone",
		"a program with an address":     "Sent from Yahoo Mail for iPhone <https://overview.mail.example.com/?.src=iOS&the.rest=of.an.address.that.is.long>",
		"a program, linked":             "Sent from Mail<https://go.example.com/fwlink/?LinkId=550986> for Windows",
		"a phone before a quote":        "Sent from my iPhone\n\n> old words\n> more",
		"a phone before a signature":    "Gesendet von Outlook für iOS\n\n-- \nDana",
		"two advertisements":            "Sent from my phone\nGet Outlook for iOS",
		"a phone before an older mail":  "Sent from my iPhone\n\nOn 3 May 2026, at 10:00, Us <us@x.example> wrote:\n\nold words",
		"a Czech phone":                 "Odesláno z iPhonu",
		"a Finnish phone":               "Lähetetty iPhonesta",
		"a Turkish phone":               "iPhone’umdan gönderildi",
		"a Japanese phone":              "iPhoneから送信",
		"a Chinese phone":               "发自我的iPhone",
		"a Taiwanese phone":             "從我的 iPhone 傳送",
		"a signature":                   "-- \nDana\nx.example",
		"a PGP signature":               "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----",
		"a signature after a greeting":  "Regards\n--\nDana",
		"a signature with a list in it": "--\nDana\n- sales\n- support",
	}
	for name, end := range cut {
		text := asked + "\n\n" + end
		want := asked
		if strings.HasPrefix(end, "Regards") {
			want += "\n\nRegards"
		}
		own, quoted := intake.Trim(text)
		if own != want || !same(own+" "+quoted, text) {
			t.Errorf("%s: own %q, quoted %q", name, own, quoted)
		}
	}
}

// TestTrimLanguages cuts older messages that common programs introduce in the
// language of their user.
func TestTrimLanguages(t *testing.T) {
	t.Parallel()
	const asked = "Please delete my account."
	heads := []string{
		// Czech and Slovak
		"po 5. 5. 2025 v 10:12 odesílatel Jan Novák <jan@x.example> napsal:",
		"út 5. 5. 2025 v 10:12 odesílatel Jana Nováková\n<jana@x.example> napsala:",
		"5. 5. 2025 v 10:12, Jan Novák <jan@x.example>:",
		"5. května 2025 v 10:12, Jan Novák <jan@x.example> napsal:",
		"Dne 05. 05. 25 v 10:12 Jan Novák napsal(a):",
		"Dne po 5. 5. 2025 10:12 uživatel Jan Novák <jan@x.example> napsal:",
		"---------- Původní e-mail ----------\nOd: Jan Novák <jan@x.example>\nKomu: us@x.example\nDatum: 5. 5. 2025 10:12:33\nPředmět: Dotaz",
		"Od: Jan Novák <jan@x.example>\nOdesláno: pondělí 5. května 2025 10:12\nKomu: us@x.example\nPředmět: Dotaz",
		"-----Původní zpráva-----",
		"ut 5. 5. 2025 o 10:12 Ján Novák <jan@x.example> napísal(a):",
		"Dňa 5. 5. 2025 o 10:12 Ján Novák napísal(a):",
		"Od: Ján Novák <jan@x.example>\nOdoslané: pondelok 5. mája 2025 10:12\nKomu: us@x.example\nPredmet: Otázka",
		// Finnish
		"ma 5. toukok. 2025 klo 10.12 Matti Meikäläinen (matti@x.example) kirjoitti:",
		"ma 5. toukok. 2025 klo 10.12 Matti Meikäläinen <matti@x.example>\nkirjoitti:",
		"Matti Meikäläinen <matti@x.example> kirjoitti 5.5.2025 kello 10.12:",
		"Matti Meikäläinen kirjoitti 5.5.2025 klo 10.12:",
		"5.5.2025 10.12, Matti Meikäläinen kirjoitti:",
		"Lähettäjä: Matti Meikäläinen <matti@x.example>\nLähetetty: maanantai 5. toukokuuta 2025 10.12\nVastaanottaja: us@x.example\nAihe: Kysymys",
		"-----Alkuperäinen viesti-----",
		// Turkish
		"Ali Veli <ali@x.example>, 5 May 2025 Pzt, 10:12 tarihinde şunu yazdı:",
		"Ali Veli <ali@x.example> şunları yazdı (5 May 2025 10:12):",
		"5.05.2025 10:12 tarihinde Ali Veli yazdı:",
		"5 May 2025 Pazartesi tarihinde Ali Veli <ali@x.example> şöyle yazdı:",
		"Kimden: Ali Veli <ali@x.example>\nGönderildi: 5 Mayıs 2025 Pazartesi 10:12\nKime: us@x.example\nKonu: Soru",
		"-----Özgün İleti-----",
		// Japanese
		"2025年5月5日(月) 10:12 山田太郎 <taro@x.example>:",
		"2025年5月5日(月) 10:12、山田太郎\n<taro@x.example>:",
		"2025/05/05 10:12、山田太郎 <taro@x.example>のメール:",
		"2025/05/05 10:12、Taro <taro@x.example> のメッセージ：",
		"2025/05/05 10:12 に 山田太郎 さんは書きました:",
		"差出人: 山田太郎 <taro@x.example>\n送信日時: 2025年5月5日 10:12\n宛先: us@x.example\n件名: 質問",
		"差出人：山田太郎 <taro@x.example>\n日時：2025年5月5日 10:12\n宛先：us@x.example\n件名：質問",
		"-----元のメッセージ-----",
		// Chinese
		"张三 <zs@x.example> 于2025年5月5日周一 10:12写道：",
		"張三 <zs@x.example> 於 2025年5月5日 週一 上午10:12寫道：",
		"2025年5月5日 10:12，张三 <zs@x.example> 写道：",
		"在 2025年5月5日，上午10:12，张三 <zs@x.example> 写道：",
		"在 2025-05-05 10:12:33，\"张三\" <zs@x.example> 写道：",
		"在 2025/5/5 10:12, 张三 写道:",
		"------------------ 原始邮件 ------------------\n发件人: \"张三\" <zs@x.example>;\n发送时间: 2025年5月5日(星期一) 上午10:12\n收件人: \"us\"<us@x.example>;\n主题: 问题",
		"发件人: 张三 <zs@x.example>\n发送时间: 2025年5月5日 10:12\n收件人: us@x.example\n主题: 问题",
		"寄件者： 張三 <zs@x.example>\n寄件日期： 2025年5月5日 上午 10:12\n收件者： us@x.example\n主旨： 問題",
		// Korean, Hungarian, Romanian, Greek
		"2025년 5월 5일 (월) 오전 10:12, 홍길동 <hong@x.example>님이 작성:",
		"보낸 사람: 홍길동 <hong@x.example>\n보낸 날짜: 2025년 5월 5일 월요일 오전 10:12\n받는 사람: us@x.example\n제목: 질문",
		"Kovács Anna <anna@x.example> ezt írta (időpont: 2025. máj. 5., H, 10:12):",
		"În lun., 5 mai 2025 la 10:12, Ion Popescu <ion@x.example> a scris:",
		"Στις Δευ 5 Μαΐ 2025 στις 10:12 π.μ., ο χρήστης Άννα <anna@x.example> έγραψε:",
	}
	for _, head := range heads {
		for _, mark := range []string{"", "> "} {
			old := mark + strings.ReplaceAll(head, "\n", "\n"+mark) + "\n" + mark + "\n" + mark + "Old words of ours.\n" + mark + "Two lines."
			for _, between := range []string{"\n\n", "\n"} {
				own, quoted := intake.Trim(asked + between + old)
				if own != asked || !same(own+" "+quoted, asked+" "+old) {
					t.Errorf("%q: own %q, quoted %q", head, own, quoted)
				}
			}
		}
	}
}
