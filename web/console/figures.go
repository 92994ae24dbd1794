package console

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"habeas/audit"
	"habeas/models"
	"habeas/web/pages"
)

// figuresPage is the figures of a year, fit to be printed.
type figuresPage struct {
	models.YearFigures
	Years   []int
	Zone    string
	Reports []figuresReport
	Fault   string
}

type figuresReport struct {
	models.FiguresReport
	Rows []figuresLine
}

type figuresLine struct {
	models.FiguresRow
	Median, Mean       string
	ByGround           []int // in the order of models.DenialGrounds
	DeniedWhy, PartWhy []reasonCount
}

type reasonCount struct {
	Reason string
	N      int
}

// yearsBack is how many years can be chosen.
const yearsBack = 6

// figures shows what became of the requests of a year.
func (s *Site) figures(w http.ResponseWriter, r *http.Request) error {
	now := models.DateOf(s.Now(), s.Zone).Year()
	page, status := figuresPage{Zone: s.Zone.String()}, http.StatusOK
	for y := now; y > now-yearsBack; y-- {
		page.Years = append(page.Years, y)
	}
	year, err := yearOf(r, now)
	if err != nil {
		page.Fault, year, status = "Enter a year such as 2026.", now, http.StatusUnprocessableEntity
	}
	if page.YearFigures, err = s.count(r, year); err != nil {
		return err
	}
	for _, report := range page.YearFigures.Reports {
		lines := figuresReport{FiguresReport: report}
		for _, row := range report.Rows {
			line := figuresLine{
				FiguresRow: row, Median: meanOf(row.MedianDays), Mean: meanOf(row.MeanDays),
				DeniedWhy: s.reasonCounts(row.DeniedReasons), PartWhy: s.reasonCounts(row.PartReasons),
			}
			for _, ground := range models.DenialGrounds() {
				line.ByGround = append(line.ByGround, row.Grounds[ground])
			}
			lines.Rows = append(lines.Rows, line)
		}
		page.Reports = append(page.Reports, lines)
	}
	return s.show(w, r, status, viewFigures, layout{Title: fmt.Sprintf("Figures of %d", year), Here: "overview", Wrong: page.Fault != "", Body: page})
}

// figuresFile is the figures of a year as CSV: counts only, nothing of a person.
func (s *Site) figuresFile(w http.ResponseWriter, r *http.Request) error {
	year, err := yearOf(r, 0)
	if err != nil || year == 0 {
		return s.figures(w, r)
	}
	f, err := s.count(r, year)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="habeas-figures-%d.csv"`, year))
	return audit.WriteFigures(r.Context(), w, f)
}

func (s *Site) count(r *http.Request, year int) (models.YearFigures, error) {
	return s.Exports.Figures(r.Context(), s.Policy.Tally(year, s.Now(), s.Zone, "en"))
}

// yearOf is the year asked for, or the one given.
func yearOf(r *http.Request, none int) (int, error) {
	text := pages.Clean(r.URL.Query().Get("year"), false)
	if text == "" {
		return none, nil
	}
	year, err := strconv.Atoi(text)
	if err != nil || year < 1970 || year > 9999 {
		return 0, models.Errorf(models.CodeInvalid, "the year is none")
	}
	return year, nil
}

func meanOf(n *float64) string {
	if n == nil {
		return "–"
	}
	return strconv.FormatFloat(*n, 'f', -1, 64)
}

// reasonCounts are the reasons in words, the most frequent first.
func (s *Site) reasonCounts(counts map[string]int) []reasonCount {
	var all []reasonCount
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, reasonCount{s.Policy.ReasonTitle(code, "en"), counts[code]})
	}
	slices.SortStableFunc(all, func(a, b reasonCount) int { return b.N - a.N })
	return all
}
