dofile("bench/wrk/orders.lua")

function request()
  counter = counter + 1
  wrk.headers["Idempotency-Key"] = string.format("%s-%d-%d", run, thread_number, counter)
  return wrk.format(nil, "/v1/orders", nil, order(counter))
end
