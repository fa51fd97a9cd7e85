// The page's beginning: the frame, and in it the page of the address.
import { render } from "preact";
import { Layout } from "./shell/layout.js";
import { followLinks } from "./shell/router.js";

const place = document.getElementById("app");
if (place) {
  followLinks();
  render(<Layout />, place);
}
