// Package credential is what proves who somebody is: passwords, hashed and
// judged, and one-time codes with the drawing that sets them up. It knows no
// account and keeps nothing.
package credential
