package intake_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestOddMails reads what people and programs send that is odd and yet clear:
// From, subject, Auto-Submitted, whether it is a notice of non-delivery,
// whether there is text, how many files and, in places, their names.
func TestOddMails(t *testing.T) {
	t.Parallel()
	const an = "From: Ana <ana@x.example>\nSubject: s\nMIME-Version: 1.0\n"
	mp := func(kind string, parts ...string) string {
		return "Content-Type: multipart/" + kind + "; boundary=\"=_b\"\n\n--=_b\n" + strings.Join(parts, "\n--=_b\n") + "\n--=_b--\n"
	}
	const text = "Content-Type: text/plain; charset=us-ascii\n\nPlease delete my data."
	const null = "Return-Path: <>\n"
	tests := map[string]struct{ raw, want string }{
		"8-bit UTF-8 header":        {"From: Jürgen Müller <j@x.example>\nSubject: Löschung für mich\n\nhi", "j@x.example|Löschung für mich||false|true|0"},
		"8-bit latin-1 header":      {"From: J\xfcrgen <j@x.example>\nSubject: L\xf6schung\n\nhi", "j@x.example|Löschung||false|true|0"},
		"8-bit address":             {"From: jürgen@x.example\nSubject: s\n\nhi", "jürgen@x.example|s||false|true|0"},
		"IDN":                       {"From: <j@bücher.example>\nSubject: s\n\nhi", "j@bücher.example|s||false|true|0"},
		"quoted comma":              {"From: \"Doe, Jane\" <JANE@X.example>\nSubject:s\n\nhi", "jane@x.example|s||false|true|0"},
		"bare comma":                {"From: Doe, Jane <jane@x.example>\nSubject: s\n\nhi", "jane@x.example|s||false|true|0"},
		"comment name":              {"From: jane@x.example (Jane Doe)\nSubject: s\n\nhi", "jane@x.example|s||false|true|0"},
		"encoded name with comma":   {"From: =?utf-8?Q?Doe=2C_Jane?= <jane@x.example>\nSubject: s\n\nhi", "jane@x.example|s||false|true|0"},
		"encoded name with at":      {"From: =?utf-8?Q?boss=40bank.example?= <jane@x.example>\nSubject: s\n\nhi", "jane@x.example|s||false|true|0"},
		"encoded in quotes":         {"From: \"=?utf-8?B?SsO8cmdlbg==?=\" <j@x.example>\nSubject: s\n\nhi", "j@x.example|s||false|true|0"},
		"trailing comma":            {"From: jane@x.example,\nSubject: s\n\nhi", "jane@x.example|s||false|true|0"},
		"two froms one line":        {"From: a@x.example, B <b@x.example>\nSender: a@x.example\nSubject: s\n\nhi", "a@x.example+b@x.example|s||false|true|0"},
		"group":                     {"From: Undisclosed: a@x.example;\nSubject: s\n\nhi", "a@x.example|s||false|true|0"},
		"empty group":               {"From: undisclosed-recipients:;\nSubject: s\n\nhi", "|s||false|true|0"},
		"name with colon":           {"From: Re: Jane <jane@x.example>\nSubject: s\n\nhi", "jane@x.example|s||false|true|0"},
		"name with brackets":        {"From: Jane [Sales] <jane@x.example>\nSubject: s\n\nhi", "jane@x.example|s||false|true|0"},
		"escaped quote":             {"From: \"Jane \\\"J\\\" Doe\" <jane@x.example>\nSubject: s\n\nhi", "jane@x.example|s||false|true|0"},
		"typographic quotes":        {"From: “jane@x.example”\nSubject: s\n\nhi", "jane@x.example|s||false|true|0"},
		"quotes of other tongues":   {"From: Jane <„jane@x.example“>\nSubject: s\n\nhi", "jane@x.example|s||false|true|0"},
		"quoted local part":         {"From: \"odd user\"@x.example\nSubject: s\n\nhi", "\"odd user\"@x.example|s||false|true|0"},
		"dots in local":             {"From: jane..doe.@x.example\nSubject: s\n\nhi", "jane..doe.@x.example|s||false|true|0"},
		"local only":                {"From: MAILER-DAEMON (Mail Delivery)\nSubject: s\n\nhi", "|s||false|true|0"},
		"folded from":               {"From: =?iso-8859-1?Q?Andr=E9?=\n =?iso-8859-1?Q?_Pirard?=\n\t<a@x.example>\nSubject: s\n\nhi", "a@x.example|s||false|true|0"},
		"subject folded words":      {"From: a@x.example\nSubject: =?utf-8?B?w4Q=?=\n =?utf-8?B?w5Y=?=\n\nhi", "a@x.example|ÄÖ||false|true|0"},
		"subject mixed":             {"From: a@x.example\nSubject: Re: =?utf-8?Q?=C3=84?= and =?utf-8?Q?=C3=96?= end\n\nhi", "a@x.example|Re: Ä and Ö end||false|true|0"},
		"subject Q with blanks":     {"From: a@x.example\nSubject: =?utf-8?Q?hello there=21?=\n\nhi", "a@x.example|hello there!||false|true|0"},
		"subject language":          {"From: a@x.example\nSubject: =?us-ascii*en?Q?hello?=\n\nhi", "a@x.example|hello||false|true|0"},
		"subject bad base64":        {"From: a@x.example\nSubject: =?utf-8?B?aGVsbG8?=\n\nhi", "a@x.example|hello||false|true|0"},
		"subject empty":             {"From: a@x.example\nSubject:\n\nhi", "a@x.example|||false|true|0"},
		"subject empty word":        {"From: a@x.example\nSubject: =?utf-8?Q??=\n\nhi", "a@x.example|||false|true|0"},
		"subject only on 2nd line":  {"From: a@x.example\nSubject:\n hello\n\nhi", "a@x.example|hello||false|true|0"},
		"subject html entities":     {"From: a@x.example\nSubject: a &amp; b\n\nhi", "a@x.example|a &amp; b||false|true|0"},
		"subject nbsp":              {"From: a@x.example\nSubject: =?utf-8?Q?a=C2=A0b?=\n\nhi", "a@x.example|a b||false|true|0"},
		"lower b":                   {"From: a@x.example\nSubject: =?UTF-8?b?aGk=?=\n\nhi", "a@x.example|hi||false|true|0"},
		"rfc2231 continuation":      {an + mp("mixed", text, "Content-Type: application/pdf\nContent-Disposition: attachment;\n filename*0*=utf-8''L%C3%B6;\n filename*1*=schung;\n filename*2=.pdf\n\nx"), "ana@x.example|s||false|true|1 [Löschung.pdf]"},
		"rfc2231 latin1":            {an + mp("mixed", text, "Content-Type: application/pdf; name*=iso-8859-1'de'L%F6.pdf\n\nx"), "ana@x.example|s||false|true|1 [Lö.pdf]"},
		"rfc2231 no set":            {an + mp("mixed", text, "Content-Type: application/pdf; name*=''L%C3%B6.pdf\n\nx"), "ana@x.example|s||false|true|1 [Lö.pdf]"},
		"rfc2231 disordered":        {an + mp("mixed", text, "Content-Type: application/pdf; name*1=b.pdf; name*0=a\n\nx"), "ana@x.example|s||false|true|1 [ab.pdf]"},
		"rfc2231 gap":               {an + mp("mixed", text, "Content-Type: application/pdf; name*0=a; name*2=b.pdf\n\nx"), "ana@x.example|s||false|true|1"},
		"raw 8-bit name":            {an + mp("mixed", text, "Content-Type: application/pdf; name=\"L\xf6.pdf\"\n\nx"), "ana@x.example|s||false|true|1 [Lö.pdf]"},
		"unquoted name":             {an + mp("mixed", text, "Content-Type: application/pdf; name=my file (1).pdf\n\nx"), "ana@x.example|s||false|true|1"},
		"text with name on ct":      {an + mp("mixed", text, "Content-Type: text/plain; name*=utf-8''a.txt\n\nx"), "ana@x.example|s||false|true|1 [a.txt]"},
		"inline named html":         {an + mp("mixed", text, "Content-Type: text/html\nContent-Disposition: inline; filename=a.html\n\n<p>x"), "ana@x.example|s||false|true|1 [a.html]"},
		"nested message":            {an + mp("mixed", text, "Content-Type: message/rfc822\n\nFrom: b@x.example\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nhey\n--i\nContent-Type: image/png\n\nx\n--i--"), "ana@x.example|s||false|true|1"},
		"nested message base64":     {an + mp("mixed", text, "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTogYkB4LmV4YW1wbGUKCmhleQo="), "ana@x.example|s||false|true|1"},
		"message as root":           {an + "Content-Type: message/rfc822\n\nFrom: b@x.example\nSubject: inner\n\nhey", "ana@x.example|s||false|false|1"},
		"same boundary nested":      {an + mp("mixed", "Content-Type: multipart/alternative; boundary=\"=_b2\"\n\n--=_b2\n"+text+"\n--=_b2\nContent-Type: text/html\n\n<p>x\n--=_b2--", "Content-Type: image/png\n\nx"), "ana@x.example|s||false|true|1"},
		"no closing":                {an + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhey\n--b\nContent-Type: image/png\n\nx", "ana@x.example|s||false|true|1"},
		"no boundary param":         {an + "Content-Type: multipart/mixed\n\n--b\n\nhey\n--b--", "ana@x.example|s||false|true|0"},
		"boundary with blanks":      {an + "Content-Type: multipart/mixed; boundary=\"a b \"\n\n--a b\n\nhey\n--a b--", "ana@x.example|s||false|true|0"},
		"boundary single quotes":    {an + "Content-Type: multipart/mixed; boundary='b'\n\n--'b'\n\nhey\n--'b'--", "ana@x.example|s||false|true|0"},
		"boundary is empty":         {an + "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nhey\n----", "ana@x.example|s||false|true|0"},
		"boundary equals":           {an + "Content-Type: multipart/mixed; boundary=----=_Part_1\n\n------=_Part_1\n\nhey\n------=_Part_1--", "ana@x.example|s||false|true|0"},
		"flowed":                    {an + "Content-Type: text/plain; format=flowed; delsp=yes\n\nPlease \ndelete ", "ana@x.example|s||false|true|0"},
		"calendar alternative":      {an + mp("alternative", text, "Content-Type: text/html\n\n<p>x", "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR"), "ana@x.example|s||false|true|1"},
		"calendar only":             {an + "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR", "ana@x.example|s||false|false|1"},
		"vcard":                     {an + mp("mixed", text, "Content-Type: text/x-vcard\n\nBEGIN:VCARD"), "ana@x.example|s||false|true|1"},
		"smime encrypted":           {an + "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIIB", "ana@x.example|s||false|false|1 enc"},
		"smime signed":              {an + mp("signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256", text, "Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\nMIIB"), "ana@x.example|s||false|true|1"},
		"smime opaque":              {an + "Content-Type: application/x-pkcs7-mime; smime-type=signed-data; name=smime.p7m\n\nMIIB", "ana@x.example|s||false|false|1"},
		"pgp encrypted":             {an + mp("encrypted; protocol=\"application/pgp-encrypted\"", "Content-Type: application/pgp-encrypted\n\nVersion: 1", "Content-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----"), "ana@x.example|s||false|false|2 enc"},
		"pgp inline":                {an + "\n-----BEGIN PGP MESSAGE-----\nVersion: x\n\nhQEM\n-----END PGP MESSAGE-----", "ana@x.example|s||false|true|0 enc"},
		"pgp inline signed":         {an + "\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nDelete me.\n-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----", "ana@x.example|s||false|true|0"},
		"tnef":                      {an + mp("mixed", text, "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+"), "ana@x.example|s||false|true|1"},
		"appledouble":               {an + mp("mixed", text, "Content-Type: multipart/appledouble; boundary=q\n\n--q\nContent-Type: application/applefile\n\nx\n--q\nContent-Type: image/png\n\nx\n--q--"), "ana@x.example|s||false|true|2"},
		"related":                   {an + mp("related; type=\"text/html\"", "Content-Type: text/html\n\n<p>Delete<img src=cid:a>", "Content-Type: image/png\nContent-ID: <a>\nContent-Disposition: inline\n\nx"), "ana@x.example|s||false|true|1"},
		"uuencode":                  {an + "\nsee below\n\nbegin 644 a.txt\n#:&D*\n`\nend\n", "ana@x.example|s||false|true|0"},
		"only image":                {an + "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBOR", "ana@x.example|s||false|false|1"},
		"content type text":         {an + "Content-Type: text\n\nhey", "ana@x.example|s||false|true|0"},
		"content type junk":         {an + "Content-Type: text/plain; charset=\"utf-8; format=flowed\n\nhey", "ana@x.example|s||false|true|0"},
		"content type doubled ;":    {an + "Content-Type: text/html;; charset=utf-8;\n\n<p>hey", "ana@x.example|s||false|true|0"},
		"content type comment":      {an + "Content-Type: text/plain (a note); charset=utf-8 (another)\n\nhey", "ana@x.example|s||false|true|0"},
		"content type twice":        {an + "Content-Type: text/plain\nContent-Type: text/html\n\nhey", "ana@x.example|s||false|true|0"},
		"part without header":       {an + "Content-Type: multipart/mixed; boundary=b\n\n--b\nhey without a blank line\n--b--", "ana@x.example|s||false|true|0"},
		"text/enriched":             {an + "Content-Type: text/enriched\n\n<bold>hey</bold>", "ana@x.example|s||false|false|1"},
		"text/markdown":             {an + "Content-Type: text/markdown\n\n*hey*", "ana@x.example|s||false|false|1"},
		"amp":                       {an + mp("alternative", text, "Content-Type: text/x-amp-html\n\n<html amp4email>", "Content-Type: text/html\n\n<p>x"), "ana@x.example|s||false|true|1"},
		"cte 7-bit":                 {an + "Content-Transfer-Encoding: 7-bit\n\nhey", "ana@x.example|s||false|true|0"},
		"cte quoted":                {an + "Content-Transfer-Encoding: \"quoted-printable\"\nContent-Type: text/plain; charset=utf-8\n\nL=C3=B6", "ana@x.example|s||false|true|0"},
		"cte uue":                   {an + "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#:&D*\n`\nend", "ana@x.example|s||false|true|0"},
		"external body":             {an + mp("mixed", text, "Content-Type: message/external-body; access-type=URL; URL=\"http://x.example\"\n\nContent-Type: text/plain\n\n"), "ana@x.example|s||false|true|1"},
		"partial":                   {an + "Content-Type: message/partial; id=a; number=1; total=2\n\nSubject: x\n\nhey", "ana@x.example|s||false|false|1"},
		"zero width only":           {an + "Content-Type: text/html; charset=utf-8\n\n<p>\u200b\u00a0</p>", "ana@x.example|s||false|false|0"},
		"style only":                {an + "Content-Type: text/html\n\n<style>p{color:red}</style><script>x()</script>", "ana@x.example|s||false|false|0"},
		"html unclosed comment":     {an + "Content-Type: text/html\n\n<p>Delete<!-- never closed", "ana@x.example|s||false|true|0"},
		"mso conditional":           {an + "Content-Type: text/html\n\n<!--[if mso]><p>x</p><![endif]--><p>Delete</p>", "ana@x.example|s||false|true|0"},
		"NUL":                       {an + "\nDel\x00ete", "ana@x.example|s||false|true|0"},
		"utf-16 body":               {an + "Content-Type: text/plain; charset=utf-16le\nContent-Transfer-Encoding: base64\n\naABpAA==", "ana@x.example|s||false|true|0"},
		"status lines":              {"X-UIDL: 1\nStatus: RO\n" + an + "\nhey", "ana@x.example|s||false|true|0"},
		"type without a semicolon":  {an + "Content-Type: text/plain charset=utf-8\n\nhey", "ana@x.example|s||false|true|0"},
		"type with a comma":         {an + "Content-Type: text/html, charset=utf-8\n\n<p>hey", "ana@x.example|s||false|true|0"},
		"type with blanks":          {an + "Content-Type: text / plain ; charset=utf-8\n\nhey", "ana@x.example|s||false|true|0"},
		"set with a comment":        {an + "Content-Type: text/plain; charset=koi8-r (Russian)\n\n\xf5", "ana@x.example|s||false|true|0"},
		"name in a set on a text":   {an + mp("mixed", text, "Content-Type: text/plain; name*=gb2312''%C9%BE.txt\n\nx"), "ana@x.example|s||false|true|1 [删.txt]"},
		"name with a bare %":        {an + mp("mixed", text, "Content-Disposition: attachment; filename*=utf-8''100%.txt\n\nx"), "ana@x.example|s||false|true|1 [100%.txt]"},
		"name pieces, set":          {an + mp("mixed", text, "Content-Disposition: inline;\n filename*0*=iso-8859-1'de'L%F6;\n filename*1=\"sch ung\";\n filename*2*=%2Etxt\nContent-Type: text/plain\n\nx"), "ana@x.example|s||false|true|1 [Lösch ung.txt]"},
		"disposition, no semicolon": {an + mp("mixed", text, "Content-Type: text/plain\nContent-Disposition: attachment filename=a.txt\n\nx"), "ana@x.example|s||false|true|1 [a.txt]"},
		"exim":                      {null + "From: Mail Delivery System <Mailer-Daemon@mx.example>\nX-Failed-Recipients: b@y.example\nAuto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender\n\nThis message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered", "mailer-daemon@mx.example|Mail delivery failed: returning message to sender|auto-replied|true|true|0"},
		"exim delay":                {"From: Mail Delivery System <Mailer-Daemon@mx.example>\nAuto-Submitted: auto-replied\nSubject: Warning: message 1abc-0001-XY delayed 24 hours\n\nThis message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered", "mailer-daemon@mx.example|Warning: message 1abc-0001-XY delayed 24 hours|auto-replied|true|true|0"},
		"exim frozen":               {null + "From: Mailer-Daemon@mx.example\nSubject: Message 1abc-0001-XY frozen\n\nMessage has been frozen", "mailer-daemon@mx.example|Message 1abc-0001-XY frozen||true|true|0"},
		"sendmail old":              {"From: MAILER-DAEMON (Mail Delivery Subsystem)\nSubject: Returned mail: User unknown\n\n   ----- The following addresses had permanent fatal errors -----", "|Returned mail: User unknown||true|true|0"},
		"exchange text":             {null + "From: postmaster@x.example\nSubject: Undeliverable: hello\n\nDelivery has failed to these recipients or groups:", "postmaster@x.example|Undeliverable: hello||true|true|0"},
		"exchange german":           {"From: postmaster@x.example\nSubject: Unzustellbar: hello\n\nFehler bei der Nachrichtenzustellung", "postmaster@x.example|Unzustellbar: hello||true|true|0"},
		"exchange other de":         {"From: postmaster@x.example\nSubject: Nicht zustellbar: hello\n\nDie Nachricht konnte nicht zugestellt werden", "postmaster@x.example|Nicht zustellbar: hello||true|true|0"},
		"exchange italian":          {"From: postmaster@x.example\nSubject: Non recapitabile: hello\n\nMessaggio non consegnato", "postmaster@x.example|Non recapitabile: hello||true|true|0"},
		"exchange dutch":            {"From: postmaster@x.example\nSubject: Onbestelbaar: hello\n\nKan niet worden bezorgd", "postmaster@x.example|Onbestelbaar: hello||true|true|0"},
		"exchange port":             {"From: postmaster@x.example\nSubject: =?utf-8?Q?N=C3=A3o_=C3=A9_poss=C3=ADvel_entregar:_x?=\n\nx", "postmaster@x.example|Não é possível entregar: x||true|true|0"},
		"exchange swedish":          {"From: postmaster@x.example\nSubject: Kan inte levereras: x\n\nx", "postmaster@x.example|Kan inte levereras: x||true|true|0"},
		"exchange polish":           {"From: postmaster@x.example\nSubject: Niedostarczone: x\n\nx", "postmaster@x.example|Niedostarczone: x||true|true|0"},
		"exchange jp":               {"From: postmaster@x.example\nSubject: =?utf-8?B?6YWN5L+h5LiN6IO9OiB4?=\n\nx", "postmaster@x.example|配信不能: x||true|true|0"},
		"exchange cn":               {"From: postmaster@x.example\nSubject: =?utf-8?B?5pyq6YCB6L6+OiB4?=\n\nx", "postmaster@x.example|未送达: x||true|true|0"},
		"exchange ru":               {"From: postmaster@x.example\nSubject: =?utf-8?B?0J3QtSDRg9C00LDQtdGC0YHRjyDQtNC+0YHRgtCw0LLQuNGC0Yw6IHg=?=\n\nx", "postmaster@x.example|Не удается доставить: x||true|true|0"},
		"exchange outlook":          {null + "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example>\nSubject: Undeliverable: hello\n\nDelivery has failed to these recipients", "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@x.example|Undeliverable: hello||true|true|0"},
		"gmail text":                {"From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nX-Failed-Recipients: b@y.example\nAuto-Submitted: auto-replied\nSubject: Delivery Status Notification (Failure)\n\nAddress not found", "mailer-daemon@googlemail.com|Delivery Status Notification (Failure)|auto-replied|true|true|0"},
		"qmail qsbmf":               {null + "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\nHi. This is the qmail-send program at x.example.", "mailer-daemon@x.example|failure notice||true|true|0"},
		"domino":                    {"From: Postmaster@x.example\nSubject: DELIVERY FAILURE: User jane not listed in Domino Directory\n\nYour message", "postmaster@x.example|DELIVERY FAILURE: User jane not listed in Domino Directory||true|true|0"},
		"report no param":           {null + "From: MAILER-DAEMON@x.example\nSubject: Undelivered Mail Returned to Sender\n" + mp("report", text, "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed", "Content-Type: message/rfc822\n\nMessage-ID: <a@x>\n\nx"), "mailer-daemon@x.example|Undelivered Mail Returned to Sender||true|true|2"},
		"dsn in mixed":              {"From: MAILER-DAEMON@x.example\nSubject: bounce\n" + mp("mixed", text, "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed"), "mailer-daemon@x.example|bounce||true|true|1"},
		"report caps":               {"From: a@x.example\nSubject: ok\n" + mp("Report; Report-Type=Delivery-Status", text, "Content-Type: Message/Delivery-Status\n\nReporting-MTA: dns; x\n\nAction: delivered"), "a@x.example|ok||true|true|1"},
		"forwarded dsn":             {"From: a@x.example\nSubject: Fwd: Undelivered Mail Returned to Sender\n" + mp("mixed", text, "Content-Type: message/rfc822\n\nFrom: mailer-daemon@x.example\n"+strings.ReplaceAll(mp("report; report-type=delivery-status", text, "Content-Type: message/delivery-status\n\nAction: failed"), "=_b", "=_c")), "a@x.example|Fwd: Undelivered Mail Returned to Sender||false|true|1"},
		"forwarded inline":          {"From: a@x.example\nSubject: Fwd: Undelivered Mail Returned to Sender\n\nWhy did I get this?\n\n> could not be delivered", "a@x.example|Fwd: Undelivered Mail Returned to Sender||false|true|0"},
		"mdn":                       {"From: a@x.example\nSubject: Read: hello\n" + mp("report; report-type=disposition-notification", text, "Content-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed"), "a@x.example|Read: hello||false|true|1"},
		"arf":                       {"From: fbl@isp.example\nSubject: FW: hello\n" + mp("report; report-type=feedback-report", text, "Content-Type: message/feedback-report\n\nFeedback-Type: abuse", "Content-Type: message/rfc822\n\nSubject: x\n\nx"), "fbl@isp.example|FW: hello||false|true|2"},
		"challenge":                 {null + "From: a-confirm@x.example\nSubject: Please confirm your message\n\nTo release your message, reply", "a-confirm@x.example|Please confirm your message||false|true|0"},
		"vacation null":             {null + "From: Ana <ana@x.example>\nAuto-Submitted: auto-replied (vacation)\nSubject: Out of office\n\nAway", "ana@x.example|Out of office|auto-replied|false|true|0"},
		"list":                      {"From: a@x.example\nList-Id: L <l.x.example>\nPrecedence: list\nSubject: [L] hi\n\nhi", "a@x.example|[L] hi||false|true|0"},
		"digest":                    {"From: l-request@x.example\nSubject: L Digest\n" + mp("mixed", text, "Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: 1\n\na\n--d\n\nSubject: 2\n\nb\n--d--", "Content-Type: text/plain\nContent-Disposition: inline\n\nfooter"), "l-request@x.example|L Digest||false|true|2"},
		"auto generated":            {"From: a@x.example\nAuto-Submitted:\n auto-generated\nSubject: s\n\nhi", "a@x.example|s|auto-generated|false|true|0"},
		"auto empty":                {"From: a@x.example\nAuto-Submitted:\nSubject: s\n\nhi", "a@x.example|s||false|true|0"},
	}
	for name, tt := range tests {
		m := read(tt.raw + "\n")
		var files []string
		for _, a := range m.Attachments {
			files = append(files, a.Name)
		}
		got := fmt.Sprintf("%s|%s|%s|%t|%t|%d", strings.Join(m.From, "+"), m.Subject, m.AutoSubmitted, m.IsBounce, m.HasText, len(m.Attachments))
		if strings.HasSuffix(tt.want, "]") {
			got += fmt.Sprint(" ", files)
		}
		if m.Encrypted {
			got += " enc"
		}
		if got != tt.want {
			t.Errorf("%s:\n got %s (fault %q)\nwant %s\ntext %q", name, got, m.Fault, tt.want, m.Text)
		}
	}
}
