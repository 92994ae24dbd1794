package credential

import "time"

// Kit is all that this package does, as one value.
type Kit struct {
	*Hasher
	Refused *List // passwords that nobody may choose, whatever Weakness says
}

// Weakness is the function of the same name, with the list.
func (k Kit) Weakness(password string, own ...string) string {
	if f := Weakness(password, own...); f != FaultNone {
		return string(f)
	}
	if k.Refused.Has(password) {
		return string(FaultCommon)
	}
	return string(FaultNone)
}

// NewFactor is the function of the same name.
func (Kit) NewFactor() []byte { return NewFactor() }

// Typed is the function of the same name.
func (Kit) Typed(secret []byte) string { return Typed(secret) }

// Address is the function of the same name.
func (Kit) Address(secret []byte, issuer, account string) string {
	return Address(secret, issuer, account)
}

// Step is the function of the same name.
func (Kit) Step(secret []byte, code string, now time.Time, after int64) (int64, bool) {
	return Step(secret, code, now, after)
}
