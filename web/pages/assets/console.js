// What is quicker in the console with a script. Without it everything works as
// well.
'use strict';
