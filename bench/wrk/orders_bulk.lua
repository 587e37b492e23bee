dofile("bench/wrk/orders.lua")

function request()
  counter = counter + 1
  wrk.headers["Idempotency-Key"] = string.format("%s-%d-%d", run, thread_number, counter)
  local orders = {}
  for row = 1, rows do orders[row] = order(counter * rows + row) end
  return wrk.format(nil, "/v1/orders/bulk", nil, "[" .. table.concat(orders, ",") .. "]")
end
