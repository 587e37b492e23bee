-- Shared by all scripts: who this thread is, and what the run prints at its end.
local threads = {}

function setup(thread)
  thread:set("thread_number", #threads)
  table.insert(threads, thread)
end

function response(status, headers, body)
  if status < 200 or status > 299 then
    refused = refused + 1
    if first_refusal == "" then first_refusal = status .. " " .. string.sub(body, 1, 300) end
  end
end

function done(summary, latency, requests)
  local all_refused, example = 0, ""
  for _, thread in ipairs(threads) do
    all_refused = all_refused + thread:get("refused")
    if example == "" then example = thread:get("first_refusal") end
  end
  local errors = summary.errors
  io.write(string.format(
    "RESULT\t%d\t%d\t%d\t%d\t%.3f\t%.3f\t%.3f\t%s\n",
    summary.requests, summary.duration, all_refused, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency:percentile(99.9) / 1000,
    string.gsub(example, "%s+", " ")))
end

refused = 0
first_refusal = ""
counter = 0
run = os.getenv("BENCH_RUN")
items = tonumber(os.getenv("BENCH_ITEMS"))
locations = tonumber(os.getenv("BENCH_LOCATIONS"))
rows = tonumber(os.getenv("BENCH_ROWS") or "0")
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
wrk.headers["Content-Type"] = "application/json"

function init(args)
  math.randomseed(1000 * (thread_number + 1) + os.time() % 1000)
end
