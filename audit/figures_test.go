package audit_test

import (
	"bytes"
	"errors"
	"testing"

	"habeas/audit"
	"habeas/models"
)

// counter is a tally that counts.
type counter struct{ n int }

func (*counter) Period() models.Period { return models.Period{} }

func (c *counter) Add(models.Facts) { c.n++ }

func (c *counter) Figures() models.YearFigures { return models.YearFigures{Year: c.n} }

func TestTheFiguresOfAYearAreWritten(t *testing.T) {
	t.Parallel()
	e := audit.Exports{Source: rows{requests: []models.Request{open(), held()}}}
	f, err := e.Figures(t.Context(), &counter{})
	if err != nil || f.Year != 2 {
		t.Fatal(f.Year, err)
	}
	days := 8.5
	f = models.YearFigures{Year: 2026, Reports: []models.FiguresReport{{Key: "ccpa", Rows: []models.FiguresRow{
		{Right: "know", Received: 3, Denied: 2, Grounds: map[models.DenialGround]int{models.GroundExempt: 2}, DeniedReasons: map[string]int{"legal_claims": 2, "debugging": 1}, MedianDays: &days},
		{Right: "=delete"},
	}}}}
	var b bytes.Buffer
	if err := audit.WriteFigures(t.Context(), &b, f); err != nil {
		t.Fatal(err)
	}
	want := `"year","report","right","received","complied_in_whole","complied_in_part","denied","no_data","withdrawn","open",` +
		`"denied_not_verified","denied_not_a_consumer","denied_exempt","denied_other","denied_by_reason","part_by_reason","extended","late","answered","median_days","mean_days"` + "\r\n" +
		`2026,"ccpa","know",3,0,0,2,0,0,0,0,0,2,0,"debugging:1 legal_claims:2","",0,0,0,8.5,` + "\r\n" +
		`2026,"ccpa","'=delete",0,0,0,0,0,0,0,0,0,0,0,"","",0,0,0,,` + "\r\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	if err := audit.WriteFigures(t.Context(), cut{}, f); !errors.Is(err, errCut) {
		t.Errorf("a broken connection: %v", err)
	}
}

var errCut = errors.New("cut")

type cut struct{}

func (cut) Write([]byte) (int, error) { return 0, errCut }
