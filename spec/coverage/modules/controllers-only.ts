import '../shop-controllers';
