"""Items: what is sold, stocked, picked and shipped."""
