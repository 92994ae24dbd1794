package console

// Limits of what staff type, in characters; the API has the same.
const (
	longestEmail   = 254
	longestText    = 10000
	longestReason  = 2000
	longestName    = 200
	longestAddress = 254
	longestLine    = 200
)
