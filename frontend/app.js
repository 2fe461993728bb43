// Everything here improves a page that already works without it.
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";
import { dragCards } from "./board.js";
import { askCombos } from "./combos.js";
import { markDamage } from "./damage.js";
import { keepDrafts } from "./drafts.js";
import { dropFiles, helpForms } from "./forms.js";
import { listenToKeys } from "./keys.js";
import { closePops, followNetwork, keepUndoBars, openRows } from "./lists.js";
import { openPalette } from "./palette.js";
import { keepLive } from "./live.js";
import { followTheme } from "./theme.js";

followTheme(document.documentElement);
followNetwork(document.documentElement);
openPalette(document);
listenToKeys(document);
openRows(document);
closePops(document);
keepUndoBars(document);
askCombos(document);
markDamage(document);
keepLive(document);
helpForms(document);
dropFiles(document);
keepDrafts(document);
dragCards(document);
