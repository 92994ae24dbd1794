package policies

import (
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// library returns the national holidays of a country as the calendar library
// knows them, or nil. gb is England and Wales.
func library(country string) []*cal.Holiday {
	return map[string][]*cal.Holiday{
		"at": at.Holidays,
		"be": be.Holidays,
		"bg": bg.Holidays,
		"br": br.Holidays,
		"ca": ca.Holidays,
		"ch": ch.Holidays,
		"cz": cz.Holidays,
		"de": de.Holidays,
		"dk": dk.Holidays,
		"es": es.Holidays,
		"fr": fr.Holidays,
		"gb": gb.Holidays,
		"gr": gr.Holidays,
		"hr": hr.Holidays,
		"ie": ie.Holidays,
		"it": it.Holidays,
		"lt": lt.Holidays,
		"lv": lv.Holidays,
		"nl": nl.Holidays,
		"no": no.Holidays,
		"pl": pl.Holidays,
		"ro": ro.Holidays,
		"se": se.Holidays,
		"si": si.Holidays,
		"sk": sk.Holidays,
		"us": us.Holidays,
		"za": za.Holidays,
	}[country]
}
