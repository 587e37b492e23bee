-- The order of the bench: two lines at a location, address, tax, a tender; every second customer is new.
dofile("bench/wrk/common.lua")

function order(unique)
  local customer
  if unique % 2 == 0 then
    customer = string.format("new-%s-%d-%d", run, thread_number, unique)
  else
    customer = string.format("known-%d", math.random(1, 2000))
  end
  local number = tonumber(string.match(customer, "%d+$")) % 5000
  local name = "Ada" .. number .. " Peeters" .. number
  local place = string.format("L%02d", math.random(1, locations))
  local first = math.random(1, items)
  local second = first % items + 1
  return string.format(
    '{"channel":"web","currency":"EUR","customer":{"reference":"%s","name":"%s","mail":"ada%d@example.com","phone":"+3247012%04d"},' ..
    '"ship_to":{"country":"BE","name":"%s","lines":["Korenmarkt %d"],"postal_code":"9000","city":"Gent","region":"VOV"},' ..
    '"lines":[{"sku":"SKU-%05d","quantity":1,"unit_price_minor":1999,"tax_minor":420,"location":"%s"},' ..
    '{"sku":"SKU-%05d","quantity":2,"unit_price_minor":2450,"tax_minor":1029,"location":"%s"}],' ..
    '"charges":[{"kind":"shipping","amount_minor":495,"tax_minor":104}],' ..
    '"tenders":[{"kind":"card","amount_minor":8947,"token":"tok_%s_%d","brand":"visa","last_four":"4242"}],"total_minor":8947}',
    customer, name, number, number, name, number % 200, first, place, second, place, run, unique)
end
