-- Full messages: each says what is on hand of many items at one location; the numbers change every time.
dofile("bench/wrk/common.lua")

function request()
  counter = counter + 1
  local place = string.format("L%02d", (counter + thread_number * 7) % locations + 1)
  local first = math.random(0, items - 1)
  local lines = {}
  for row = 1, rows do
    lines[row] = string.format('{"sku":"SKU-%05d","location":"%s","on_hand":%d}', (first + row) % items + 1, place, math.random(900000, 999999))
  end
  local sequence = string.format("%d", tonumber(os.getenv("BENCH_SEQUENCE")) + counter * 8 + thread_number)
  return wrk.format(nil, "/v1/stock-feeds", nil,
    '{"source":"bench","mode":"full","sequence":' .. sequence .. ',"rows":[' .. table.concat(lines, ",") .. "]}")
end
