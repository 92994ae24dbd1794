// Package notifications turns a letter into a mail and hands it to a mail
// server. It renders templates, composes MIME and speaks SMTP. It does not know
// when a letter is due, who gets it, or what became of it afterwards: that is
// workflows' business.
package notifications
