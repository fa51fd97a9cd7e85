import t from "tap";
import { umaskOf } from "../../../lib/registry/umask.js";

t.equal(umaskOf({ modes: { directory: 0o2750, file: 0o640 } }), "0027", "the group of a lab reads");
t.equal(umaskOf({ modes: { directory: 0o755, file: 0o644 } }), "0022", "everybody reads in an open one");
