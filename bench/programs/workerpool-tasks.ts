/** What threads of workerpool load. */
import { worker } from "workerpool";
import { noop, work } from "../contenders/pools/tasks.ts";

worker({ noop, work });
