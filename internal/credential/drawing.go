package credential

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Drawing is a QR code as the path of a drawing: squares of side 1 in a field
// of Size by Size, with the quiet zone of four that the standard asks for.
type Drawing struct {
	Size int
	Path string // of an SVG
}

const quiet = 4

// Draw draws a text as a QR code.
func Draw(text string) (Drawing, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return Drawing{}, fmt.Errorf("drawing a code: %w", err)
	}
	var path strings.Builder
	side := code.Bounds().Dx()
	dark := func(x, y int) bool { return x < side && color.GrayModel.Convert(code.At(x, y)) == color.Gray{} }
	for y := range side {
		for x := 0; x < side; x++ {
			from := x
			for dark(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return Drawing{Size: side + 2*quiet, Path: path.String()}, nil
}
