package intake

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// characterSet returns the set that a label in lower case names: as browsers
// know it, else by the number that its makers gave it. It returns nil for a
// label that nobody knows, and for two of the browsers' own, which would turn
// every text into one sign or into characters that mean nothing.
func characterSet(label string) encoding.Encoding {
	if enc, name := charset.Lookup(label); enc != nil && name != "replacement" && name != "x-user-defined" {
		if name == "utf-16le" || name == "utf-16be" {
			return marked{enc}
		}
		return enc
	}
	return pageSet(codePage(label))
}

// marked is a set whose texts may say by their first bytes that they are in
// another order.
type marked struct{ encoding.Encoding }

func (m marked) NewDecoder() *encoding.Decoder {
	return &encoding.Decoder{Transformer: unicode.BOMOverride(m.Encoding.NewDecoder())}
}

var (
	pageName = regexp.MustCompile(`^(?:cs|x)?(?:pc8codepage|pcp|codepage|windows|win|cp|ibm|ms|dos|oem)?0*([0-9]{2,5})$`)
	isoName  = regexp.MustCompile(`^(?:cs|x)?(?:iso)?8859([0-9]{1,2})[ei]?$`)
)

// codePage returns the number of the set that a label names however it is
// spelled; 0 if there is none.
func codePage(label string) int {
	name := squeezed(label)
	if strings.Contains(name, "iso2022") {
		return firstISO2022
	}
	if page, ok := pageNames()[strings.TrimPrefix(name, "x")]; ok {
		return page
	}
	if found := isoName.FindStringSubmatch(name); found != nil {
		part, _ := strconv.Atoi(found[1])
		return firstISO + part
	}
	if found := pageName.FindStringSubmatch(name); found != nil {
		page, _ := strconv.Atoi(found[1])
		return page
	}
	return 0
}

// squeezed is a label without what its writers disagree about.
func squeezed(label string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, label)
}

const (
	firstISO     = 28590 // the page before that of ISO 8859-1
	firstISO2022 = 50220 // the first of the ten pages that change their set by sequences
)

// pageSet returns the set of a code page, or nil.
func pageSet(page int) encoding.Encoding {
	switch {
	case page >= 1250 && page <= 1258:
		enc, _ := charset.Lookup("windows-" + strconv.Itoa(page))
		return enc
	case page > firstISO && page <= firstISO+16:
		enc, _ := charset.Lookup("iso-8859-" + strconv.Itoa(page-firstISO))
		return enc
	}
	return codePages()[page]
}

func codePages() map[int]encoding.Encoding {
	return map[int]encoding.Encoding{
		37: charmap.CodePage037, 437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 855: charmap.CodePage855,
		858: charmap.CodePage858, 860: charmap.CodePage860, 862: charmap.CodePage862, 863: charmap.CodePage863, 865: charmap.CodePage865,
		866: charmap.CodePage866, 874: charmap.Windows874, 1047: charmap.CodePage1047, 1140: charmap.CodePage1140,
		932: japanese.ShiftJIS, 943: japanese.ShiftJIS, 20932: japanese.EUCJP, 51932: japanese.EUCJP,
		936: simplifiedchinese.GBK, 51936: simplifiedchinese.GBK, 52936: simplifiedchinese.HZGB2312, 54936: simplifiedchinese.GB18030,
		949: korean.EUCKR, 51949: korean.EUCKR, 950: traditionalchinese.Big5,
		1200:  unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
		1201:  unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		12000: utf32.UTF32(utf32.LittleEndian, utf32.UseBOM),
		12001: utf32.UTF32(utf32.BigEndian, utf32.UseBOM),
		10000: charmap.Macintosh, 10007: charmap.MacintoshCyrillic, 20866: charmap.KOI8R, 21866: charmap.KOI8U,
	}
}

// pageNames are names without a number, squeezed.
func pageNames() map[string]int {
	return map[string]int{
		"mac": 10000, "macroman": 10000, "maccyrillic": 10007, "koi8r": 20866, "koi8u": 21866, "koi8ru": 21866, "latin1": firstISO + 1, "latin2": firstISO + 2, "latin9": firstISO + 15,
		"eucjp": 51932, "ujis": 51932, "shiftjis": 932, "euccn": 936, "gbk": 936, "gb2312": 936, "hz": 52936, "hzgb2312": 52936, "gb18030": 54936,
		"uhc": 949, "euckr": 949, "ksc5601": 949, "big5": 950, "big5hkscs": 950, "tis620": 874,
		"utf16": 1200, "utf16le": 1200, "utf16be": 1201, "ucs2": 1200, "utf32": 12001, "utf32le": 12000, "utf32be": 12001, "ucs4": 12001,
	}
}
