// `--set params.epoch=3` where the recipe says `epochs`: a new name is fine, one that is nearly an old one is a slip.
import { fault } from "../record/fault.js";
import { nearest } from "../record/names.js";
import { isTable } from "../toml/path.js";
import { type Layer, merged } from "./layers.js";

const open = ["params", "args", "env"];

/** Throws usage for a name that a flag sets in [params], [args] or [env], is not there, and is near to one that is. */
export function checkSetNames(layers: readonly Layer[]): void {
  const table = merged(layers.filter((layer) => layer.flag === undefined));
  for (const { flag, file } of layers) {
    if (flag === undefined) continue;
    for (const section of open) {
      const [set, has] = [file.value[section], table[section]];
      if (!isTable(set) || !isTable(has)) continue;
      for (const name of Object.keys(set)) {
        const near = Object.hasOwn(has, name) ? undefined : nearest(name, Object.keys(has));
        if (near === undefined) continue;
        throw fault("usage", `${flag}: the recipe has no ${section}.${name}`, {
          hint: `did you mean ${section}.${near}? a new name of its own must differ by more`,
        });
      }
    }
  }
}
