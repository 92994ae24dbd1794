// Package pages is what every page of the portal and of the console stands on:
// how an action is run, logged and kept safe, the static files, the theme, and
// forms that are sent once. It knows no page, no word and no request.
package pages
